import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { forwardedHeaders } from '../support/ask.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { folderFor } from '../support/folder.ts'
import { openH2 } from '../support/h2-client.ts'
import { missing } from '../support/missing-part.ts'
import { openRaw, requestHead } from '../support/raw-http.ts'
import { oneRoute } from '../support/service.ts'
import { makeTestCa } from '../support/tls-files.ts'
import { startGateProcess } from './child.ts'

const ca = await makeTestCa()
const pair = await ca?.issue('gate')
after(() => ca?.remove())

/** Less than the ten seconds for requests in flight; an end takes two, the rest is for a busy machine. */
const SOON_MS = 9_000

const question = requestHead('GET /verify/api HTTP/1.1', [['Host', 'gate'], ...forwardedHeaders({ uri: '/mcp' })])

interface Held {
  readonly what: string
  readonly tls: boolean
  /** Opens it, resolves when the service knows of it. */
  open(origin: string): Promise<{ close(): void }>
}

const HELD: readonly Held[] = [
  { what: 'half a request head', tls: false, open: (origin) => sendOn(connectTo(origin), question.slice(0, 40)) },
  {
    what: 'half of a second request',
    tls: false,
    async open(origin) {
      const connection = await openRaw(origin)
      connection.send(question)
      assert.equal((await connection.read())?.status, 401)
      connection.send(question.slice(0, 40))
      return connection
    },
  },
  { what: 'no TLS handshake', tls: true, open: (origin) => sendOn(connectTo(origin), '') },
  { what: 'half a TLS handshake', tls: true, open: (origin) => sendOn(connectTo(origin), '\x16\x03\x01') },
  { what: 'a TLS handshake and nothing else', tls: true, open: (origin) => sendOn(secureTo(origin), '') },
  {
    what: 'half a request head over TLS',
    tls: true,
    open: (origin) => sendOn(secureTo(origin), question.slice(0, 40)),
  },
  { what: 'an HTTP/2 connection without a stream', tls: true, open: (origin) => openH2(origin, { ca: ca?.pem ?? '' }) },
]

function connectTo(origin: string): Socket {
  return connect(Number(new URL(origin).port), '127.0.0.1')
}

function secureTo(origin: string): Socket {
  const port = Number(new URL(origin).port)
  return connectTls({ host: '127.0.0.1', port, ALPNProtocols: ['http/1.1'], ca: ca?.pem ?? '' })
}

async function sendOn(socket: Socket, bytes: string): Promise<{ close(): void }> {
  socket.on('error', () => {})
  await once(socket, 'encrypted' in socket ? 'secureConnect' : 'connect')
  socket.write(bytes)
  return { close: () => socket.destroy() }
}

async function startGate(t: TestContext, tls: boolean) {
  const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
  t.after(() => issuer.stop())
  const folder = folderFor(t)
  await writeFile(join(folder, 'config.yaml'), oneRoute(issuer))
  return startGateProcess(t, {
    FORWARDGATE_CONFIG: join(folder, 'config.yaml'),
    ...(pair === undefined || !tls ? {} : { FORWARDGATE_TLS_CERT: pair.cert, FORWARDGATE_TLS_KEY: pair.key }),
  })
}

describe('the end of the process does not wait for a peer that only holds', { concurrency: 4 }, () => {
  for (const { what, tls, open } of HELD) {
    it(what, async (t) => {
      if (tls && ca === undefined) return t.skip(missing('openssl', 'the end of TLS connections is not tested'))
      const gate = await startGate(t, tls)
      const held = await open(gate.auth)
      t.after(() => held.close())
      await new Promise((resolve) => setTimeout(resolve, 200))
      const begin = performance.now()
      gate.kill('SIGTERM')
      assert.equal((await gate.ended()).code, 0)
      const took = performance.now() - begin
      assert.ok(took < SOON_MS, `it took ${Math.round(took)} ms`)
    })
  }
})
