import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { forwardedHeaders } from '../support/ask.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { openRaw, requestHead } from '../support/raw-http.ts'
import { startTestService, until } from '../support/service.ts'

const UNMATCHED = 'decisions_total{route="unmatched",issuer="none",outcome="deny",reason="forwarded_request_invalid"}'
const IDLE_MS = 20_000
/** 15 s are allowed, and looked at every 5 s; the rest is for a busy machine. */
const LATEST_MS = 90_000

const question = requestHead('GET /verify/api HTTP/1.1', [['Host', 'gate'], ...forwardedHeaders({ uri: '/mcp' })])

/** Everything that comes on a connection until the server closes it, and how long that took. */
async function untilClosed(origin: string, bytes: string): Promise<{ readonly text: string; readonly took: number }> {
  const { hostname, port } = new URL(origin)
  const begin = performance.now()
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  if (bytes !== '') socket.write(bytes)
  const giveUp = setTimeout(() => socket.destroy(new Error('the connection stays open')), LATEST_MS)
  await once(socket, 'close').finally(() => clearTimeout(giveUp))
  return { text, took: performance.now() - begin }
}

// All together, whatever they are about: each of them waits for a long time.
describe('what takes its time', { concurrency: true }, () => {
  it('a connection that is idle for 20 s between requests is still good: we must not be the side that closes first', async (t) => {
    const { auth } = await startTestService(t)
    const { hostname, port } = new URL(auth)
    const socket = connect(Number(port), hostname)
    t.after(() => socket.destroy())
    const answers: string[] = []
    socket.on('data', (chunk) => answers.push(chunk.toString('latin1')))
    socket.write(question)
    await once(socket, 'data')
    await sleep(IDLE_MS)
    socket.write(question)
    await once(socket, 'data')
    assert.equal(answers.length, 2)
    for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 401 .*\r\nKeep-Alive: timeout=120\r\n/s)
  })

  it('a connection that sends nothing is closed', async (t) => {
    const gate = await startTestService(t)
    const { took } = await untilClosed(gate.auth, '')
    assert.ok(took > 10_000, `${took} ms`)
  })

  it('a connection that never ends its headers gets 408 with our JSON, counted', async (t) => {
    const gate = await startTestService(t)
    const { text, took } = await untilClosed(gate.auth, question.slice(0, -2))
    assert.ok(took > 10_000, `${took} ms`)
    assert.match(text, /^HTTP\/1\.1 408 Request Timeout\r\n/)
    assert.match(text, /\r\nConnection: close\r\n\r\n\{"reason":"forwarded_request_invalid","message":"[^"]+"\}$/)
    assert.equal(await gate.metric(UNMATCHED), 1)
  })

  it('fifty silent connections hold up no request', async (t) => {
    const gate = await startTestService(t)
    const silent = await Promise.all(Array.from({ length: 50 }, () => openRaw(gate.auth)))
    t.after(() => {
      for (const connection of silent) connection.close()
    })
    assert.equal((await gate.ask('api')).status, 401)
  })

  it('the service is not ready before the first keys came, but an issuer that hangs is waited for so long only', async (t) => {
    const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
    t.after(() => issuer.stop())
    issuer.hang()
    const begin = performance.now()
    const gate = await startTestService(t, {
      issuer,
      waitForKeys: false,
      env: { FORWARDGATE_READY_WITHOUT_KEYS: '6s' },
    })
    const get = async (path: string) => {
      const response = await fetch(`${gate.operations}${path}`)
      return { status: response.status, body: await response.text() }
    }
    const early = await get('/readyz')
    assert.deepEqual([early.status, early.body], [503, 'waiting for keys\n'])
    assert.partialDeepStrictEqual(JSON.parse((await get('/readyz?verbose')).body), {
      ready: false,
      problem: 'waiting for keys',
      waitingFor: { issuers: ['main'] },
      issuers: [{ name: 'main', tried: false, keys: 0 }],
    })
    assert.equal((await get('/livez')).status, 200)
    await until('it is ready', async () => (await get('/readyz')).status === 200)
    const waited = performance.now() - begin
    assert.ok(waited > 5_000, `${waited} ms`)
  })
})
