import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { Agent, createServer, request } from 'node:http'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import { ask, forwardedHeaders } from '../support/ask.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { folderFor } from '../support/folder.ts'
import { openRaw } from '../support/raw-http.ts'
import { oneRoute, RESOURCE, startTestService, until } from '../support/service.ts'
import { type GateProcess, startGateProcess } from './child.ts'

interface Bench {
  readonly gate: GateProcess
  readonly issuer: FakeIssuer
  /** A good one. */
  readonly token: string
  readonly config: string
}

interface BenchOptions {
  readonly own?: FakeIssuer
  readonly jwksUri?: string
  /** For how long it still answers once it drains. */
  readonly delay?: string
}

/** A process that has the keys of its issuer. */
async function gateWithKeys(t: TestContext, { own, jwksUri, delay = '250ms' }: BenchOptions = {}): Promise<Bench> {
  const issuer = own ?? (await startFakeIssuer({ algorithms: ['ES256'] }))
  t.after(() => issuer.stop())
  const folder = folderFor(t)
  const config = join(folder, 'config.yaml')
  const entry = jwksUri === undefined ? issuer.issuer : `{ issuer: ${issuer.issuer}, jwksUri: ${jwksUri} }`
  await writeFile(config, oneRoute(issuer).replace(issuer.issuer, entry))
  const gate = await startGateProcess(t, { FORWARDGATE_CONFIG: config, FORWARDGATE_SHUTDOWN_DELAY: delay })
  const token = issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
  await until('it has keys', async () => (await ask(gate.auth, 'api', { token })).status === 200)
  return { gate, issuer, token, config }
}

/** Sits in front of an issuer's key set and can hold its answers back. */
async function startSlowKeys(t: TestContext, issuer: FakeIssuer) {
  let gateOpen = Promise.withResolvers<void>()
  gateOpen.resolve()
  let waiting = 0
  const server = createServer(async (_request, response) => {
    waiting += 1
    await gateOpen.promise
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }))
    waiting -= 1
  })
  const port = await listenOnLoopback(server)
  t.after(() => closeNow(server))
  return {
    uri: `http://127.0.0.1:${port}/jwks`,
    hold: () => {
      gateOpen = Promise.withResolvers()
    },
    release: () => gateOpen.resolve(),
    isHolding: () => waiting > 0,
  }
}

/** Whether the port is closed for new connections. */
async function isClosed(origin: string): Promise<boolean> {
  const connection = await openRaw(origin).catch(() => undefined)
  connection?.close()
  return connection === undefined
}

/** One request as a pooling proxy makes it: the answer's status, and whether it ends its connection. */
function askPooled(origin: string, token: string, agent: Agent): Promise<{ status: number; last: boolean }> {
  const headers = Object.fromEntries(forwardedHeaders({ uri: '/mcp', token }))
  return new Promise((resolve, reject) => {
    request(`${origin}/verify/api`, { agent, headers }, (response) => {
      response.resume().on('end', () => {
        resolve({ status: response.statusCode ?? 0, last: response.headers.connection === 'close' })
      })
    })
      .on('error', reject)
      .end()
  })
}

describe('the end of the process', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal} under load: every request is answered, connections are asked to close, exit 0`, async (t) => {
      const { gate, token } = await gateWithKeys(t, { delay: '5s' })
      const agent = new Agent({ keepAlive: true, maxSockets: 16 })
      t.after(() => agent.destroy())
      const answers: { status: number; last: boolean; draining: boolean }[] = []
      let draining = false
      // As a proxy does once it knows: it begins no connection to a listener that is to go.
      let stopped = false
      const load = Array.from({ length: 16 }, async () => {
        while (!stopped) {
          const sentWhileDraining = draining
          answers.push({ ...(await askPooled(gate.auth, token, agent)), draining: sentWhileDraining })
        }
      })
      await until('all of them ask', () => answers.length >= 100)
      gate.kill(signal)
      await until('readiness is gone', async () => (await fetch(`${gate.operations}/readyz`)).status === 503)
      draining = true
      await until('some were sent while draining', () => answers.some((answer) => answer.draining))
      stopped = true
      await Promise.all(load)
      const { code, lines } = await gate.ended()
      t.diagnostic(`${answers.length} requests answered`)
      assert.equal(code, 0)
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      assert.ok(answers.every((answer) => answer.last || !answer.draining))
      assert.match(lines.at(-1) ?? '', /"msg":"ended"/)
      assert.ok(lines.some((line) => line.includes(`"signal":"${signal}"`)))
    })
  }

  it('closes connections that are idle', async (t) => {
    const { gate } = await gateWithKeys(t)
    const idle = await Promise.all(Array.from({ length: 5 }, () => openRaw(gate.auth)))
    t.after(() => {
      for (const connection of idle) connection.close()
    })
    for (const connection of idle) {
      connection.send('GET /verify/api HTTP/1.1\r\nHost: gate\r\n\r\n')
      assert.equal((await connection.read())?.status, 400)
    }
    gate.kill('SIGTERM')
    // Fastify's own close waits 72 s for them; a process is killed after 60 s.
    assert.equal((await gate.ended()).code, 0)
    await Promise.all(idle.map((connection) => connection.closed()))
  })

  it('does not wait for connections on which nothing was ever sent', async (t) => {
    const { gate } = await gateWithKeys(t)
    const silent = await Promise.all([gate.auth, gate.operations, gate.auth].map((origin) => openRaw(origin)))
    t.after(() => {
      for (const connection of silent) connection.close()
    })
    const begin = performance.now()
    gate.kill('SIGTERM')
    assert.equal((await gate.ended()).code, 0)
    const took = performance.now() - begin
    assert.ok(took < 9_000, `${took} ms: as long as for a request in flight`)
    await Promise.all(silent.map((connection) => connection.closed()))
  })

  it('a request that waits for keys is answered, also after the listener is closed', async (t) => {
    const own = await startFakeIssuer({ algorithms: ['ES256'] })
    const keys = await startSlowKeys(t, own)
    const { gate, issuer } = await gateWithKeys(t, { own, jwksUri: keys.uri })
    await issuer.rotate()
    keys.hold()
    const waiting = ask(gate.auth, 'api', { token: issuer.mint({ aud: RESOURCE, scope: 'mcp:read' }) })
    await until('the new key is asked for', keys.isHolding)
    gate.kill('SIGTERM')
    await until('no connection is let in any more', () => isClosed(gate.auth))
    keys.release()
    const { status, headers } = await waiting
    assert.deepEqual([status, headers.get('connection')], [200, ['close']])
    assert.equal((await gate.ended()).code, 0)
  })

  it('does not wait for a reload that waits for keys', async (t) => {
    const { gate, issuer, config } = await gateWithKeys(t)
    const hanging = await startFakeIssuer({ algorithms: ['ES256'] })
    t.after(() => hanging.stop())
    hanging.hang()
    await writeFile(
      config,
      oneRoute(issuer).replace('main:', `slow: ${hanging.issuer}, main:`).replace('scopes', 'issuers: [main], scopes'),
    )
    await until('the reload asks for keys', () => hanging.hits() > 0)
    gate.kill('SIGTERM')
    const { code, lines } = await gate.ended()
    assert.equal(code, 0)
    assert.ok(!lines.some((line) => line.includes('"issuer":"slow"')), 'it waited for the issuer')
    assert.match(lines.at(-1) ?? '', /"msg":"ended"/)
  })

  it('answers that began before it carry no word of it; closing twice is closing once', async (t) => {
    const gate = await startTestService(t)
    assert.deepEqual((await gate.ask('api')).headers.get('connection'), ['keep-alive'])
    await Promise.all([gate.service.close(), gate.service.close()])
    await assert.rejects(gate.ask('api'), /ECONNREFUSED/)
  })
})
