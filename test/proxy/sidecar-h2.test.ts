import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import type { ProxyTargets } from '../../lab/reverse-proxy.ts'
import { openTraefik } from '../../lab/traefik.ts'
import { missing } from '../support/missing-part.ts'
import { startTestService } from '../support/service.ts'
import { makeTestCa } from '../support/tls-files.ts'
import { absent } from './support/absent.ts'
import { isInstalled, PROGRAMS } from './support/open-proxy.ts'

const ca = await makeTestCa()
after(() => ca?.remove())

/** As many as wrk used when the gain was measured. */
const CLIENTS = 32

test('the sidecar form: Traefik asks over HTTP/2 on loopback, with mutual TLS, across a drain', async (t) => {
  if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', 1)
  if (ca === undefined) return t.skip(missing('openssl', 'the sidecar form is not tested'))
  const [own, proxy] = [await ca.issue('forwardgate'), await ca.issue('traefik')]
  const env = {
    FORWARDGATE_TLS_CERT: own.cert,
    FORWARDGATE_TLS_KEY: own.key,
    FORWARDGATE_TLS_CLIENT_CA: ca.file,
    FORWARDGATE_SHUTDOWN_DELAY: '1s',
  }
  const first = await startTestService(t, { env })
  const second = await startTestService(t, { env, issuer: first.issuer, path: first.path })
  // A Service of Kubernetes in small: new connections go to the replica that is ready.
  let replica = first.auth
  const connections: string[] = []
  const { createServer: createTcpServer, connect } = await import('node:net')
  const balancer = createTcpServer((socket) => {
    connections.push(replica)
    const inner = connect(Number(new URL(replica).port), '127.0.0.1')
    socket.on('error', () => inner.destroy()).on('close', () => inner.destroy())
    inner.on('error', () => socket.destroy())
    socket.pipe(inner).pipe(socket)
  })
  await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve))
  t.after(() => balancer.close())
  const address = balancer.address()
  assert.ok(address !== null && typeof address === 'object')
  const upstream = createServer((_request, response) => response.end('hello'))
  const upstreamPort = await listenOnLoopback(upstream)
  t.after(() => closeNow(upstream))

  const write = ({ upstream }: ProxyTargets) => ({
    http: {
      routers: {
        ready: { rule: 'Path(`/ready-canary`)', service: 'upstream' },
        mcp: { rule: 'PathPrefix(`/mcp`)', service: 'upstream', middlewares: ['gate'] },
      },
      middlewares: {
        gate: {
          forwardAuth: {
            address: `https://127.0.0.1:${address.port}/verify/api`,
            trustForwardHeader: false,
            authResponseHeaders: ['X-Auth-Subject'],
            maxResponseBodySize: 16_384,
            tls: { ca: ca.file, cert: proxy.cert, key: proxy.key },
          },
        },
      },
      services: { upstream: { loadBalancer: { servers: [{ url: upstream }] } } },
    },
  })
  const traefik = await openTraefik(PROGRAMS.Traefik, undefined, { write })
  t.after(traefik.stop)
  await traefik.connect({
    verifier: `https://127.0.0.1:${address.port}`,
    upstream: `http://127.0.0.1:${upstreamPort}`,
    routes: [],
    identityHeaders: [],
  })
  assert.equal((await fetch(`${traefik.origin}/mcp`)).status, 401)

  const headers = {
    authorization: `Bearer ${first.issuer.mint({ aud: 'https://api.example.com/mcp', scope: 'mcp:read' })}`,
  }
  const statuses = new Map<number, number>()
  let running = true
  const clients = Promise.all(
    Array.from({ length: CLIENTS }, async (_, index) => {
      while (running) {
        // Any method but GET: Go asks again by itself where nothing was processed.
        const response = await fetch(`${traefik.origin}/mcp`, { headers, method: index % 2 === 0 ? 'GET' : 'DELETE' })
        await response.arrayBuffer()
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      }
    }),
  )
  // One client sends a field of 150 KB. Unless Go knows that it must not pass it on, the connection of everybody ends.
  const large = { ...headers, 'x-large': 'a'.repeat(150_000) }
  for (let at = 0; at < 20; at++) {
    const refused = await fetch(`${traefik.origin}/mcp`, { headers: large })
    await refused.arrayBuffer()
    assert.equal(refused.status, 500, 'Traefik refuses it by itself')
  }
  await sleep(1000)
  const beforeDrain = connections.length
  replica = second.auth
  await first.close()
  await sleep(500)
  running = false
  await clients
  const total = [...statuses.values()].reduce((sum, count) => sum + count, 0)
  t.diagnostic(`${total} requests, ${beforeDrain} connections before the drain, ${connections.length} in all`)
  assert.deepEqual([...statuses.keys()], [200], JSON.stringify([...statuses]))
  assert.equal(beforeDrain, 1, 'one connection carries every call')
  assert.ok(
    connections.length <= 2 + CLIENTS,
    'the drain costs at most a connection for each request that was waiting for one',
  )
})
