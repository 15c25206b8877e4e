import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { absent, PROXIES } from './support/absent.ts'
import { send } from './support/judge.ts'
import { openMatrix } from './support/matrix.ts'
import { isInstalled, openProxy } from './support/open-proxy.ts'
import { HOST } from './support/proxied-routes.ts'
import type { ProxyName } from './support/row.ts'
import { startStreamingApplication } from './support/streaming-application.ts'
import { openWorld } from './support/world.ts'

const TARGET = '/mcp/kubernetes/events'

const matrix = openMatrix('Streams', PROXIES)
after(() => console.log(matrix.print()))

for (const name of PROXIES) {
  test(`streams behind a real ${name}`, async (t) => {
    if (!(await isInstalled(name))) return absent(t, name, 4)
    const { origin, issuer, emit, upgrades } = await openStreams(t, name)
    const streams = (row: string, play: () => Promise<void>) =>
      t.test(row, async () => {
        matrix.record(row, name, 'FAILED')
        await play()
        matrix.record(row, name, 'yes')
      })

    await streams('events arrive one by one, also after the token expired', async () => {
      const token = issuer.mint({ aud: 'application', scope: 'mcp:read', exp: Math.floor(Date.now() / 1000) + 2 })
      const sent = request(`${origin}${TARGET}`, { agent: false, headers: authorized(token) }).end()
      const [response] = await once(sent, 'response')
      assert.equal(response.statusCode, 200)
      response.setEncoding('utf8')
      emit('first')
      assert.deepEqual(await once(response, 'data'), ['data: first\n\n'])
      await sleep(2200)
      assert.equal(
        (await send(origin, { target: TARGET, headers: [['Authorization', `Bearer ${token}`]] }, undefined)).status,
        401,
      )
      emit('second')
      assert.deepEqual(await once(response, 'data'), ['data: second\n\n'])
      sent.destroy()
    })

    await streams('a WebSocket upgrade with a good token is a tunnel in both directions', async () => {
      const token = issuer.mint({ aud: 'application', scope: 'mcp:read' })
      const sent = request(`${origin}${TARGET}`, { agent: false, headers: { ...authorized(token), ...UPGRADE } }).end()
      const [response, socket] = await once(sent, 'upgrade')
      assert.equal(response.statusCode, 101)
      for (const message of ['one', 'two']) {
        socket.write(message)
        assert.equal(String((await once(socket, 'data'))[0]), message)
      }
      socket.destroy()
    })

    await streams('a WebSocket client is let in, but never where the body of calls is judged', async () => {
      const token = issuer.mint({ aud: 'application', scope: 'mcp:read' })
      const before = upgrades()
      assert.equal(await sayOver(`${origin}${TARGET}`, token), 'echo: status')
      assert.equal(upgrades(), before + 1)
      assert.equal(await sayOver(`${origin}/mcp/tools/ws`, token), 'refused')
      assert.equal(upgrades(), before + 1)
    })

    await streams('a WebSocket upgrade without a token is refused', async () => {
      const sent = request(`${origin}${TARGET}`, { agent: false, headers: { Host: HOST, ...UPGRADE } }).end()
      const [response] = await once(sent, 'response')
      assert.equal(response.statusCode, 401)
      assert.match(response.headers['www-authenticate'], /^Bearer resource_metadata="/)
      sent.destroy()
    })
  })
}

/** What a real WebSocket client gets for its first message. */
async function sayOver(url: string, token: string): Promise<string> {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers: authorized(token) })
  return new Promise((resolve) => {
    socket.addEventListener('open', () => socket.send('status'))
    socket.addEventListener('error', () => resolve('refused'))
    socket.addEventListener('message', ({ data }) => {
      resolve(`echo: ${data}`)
      socket.close()
    })
  })
}

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

const authorized = (token: string) => ({ Host: HOST, Authorization: `Bearer ${token}` })

async function openStreams(t: TestContext, name: ProxyName) {
  const { targets, issuer } = await openWorld(t)
  const application = await startStreamingApplication()
  t.after(() => application.stop())
  const proxy = await openProxy(name)
  t.after(() => proxy.stop())
  await proxy.connect({ ...targets, upstream: application.origin })
  return { origin: proxy.origin, issuer, emit: application.emit, upgrades: application.upgrades }
}
