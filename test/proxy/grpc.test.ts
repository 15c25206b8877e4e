import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type ClientHttp2Session, connect, createServer, type IncomingHttpHeaders } from 'node:http2'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import { openTraefik } from '../../lab/traefik.ts'
import { startTestService } from '../support/service.ts'
import { absent } from './support/absent.ts'
import { isInstalled, PROGRAMS } from './support/open-proxy.ts'

const PAGE = readFileSync(new URL('../../docs/how-to/streams.md', import.meta.url), 'utf8')
const CONFIGURATION = block('yaml forwardgate\n')
const MANIFEST = block('yaml\n# traefik.yaml\n')
/** A message of gRPC: not compressed, two bytes long. */
const MESSAGE = Buffer.from([0, 0, 0, 0, 2, 8, 1])

test('gRPC calls through a real Traefik, with the files of the page', async (t) => {
  if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', 4)
  const { call, seen } = await openGrpc(t)

  await t.test('a call with a good token gets its message and its trailers', async () => {
    const { status, body, trailers } = await call('/orders.v1.Orders/Get', 'orders:read')
    assert.equal(status, 200)
    assert.deepEqual(body, MESSAGE)
    assert.equal(trailers['grpc-status'], '0')
    assert.deepEqual(seen, ['alice /orders.v1.Orders/Get'])
  })

  await t.test('a call without a token is 401, UNAUTHENTICATED to a client', async () => {
    const { status, headers } = await call('/orders.v1.Orders/Get')
    assert.equal(status, 401)
    assert.equal(headers['x-forwardgate-reason'], 'credentials_missing')
  })

  await t.test('a method that needs more is 403, PERMISSION_DENIED to a client', async () => {
    const { status, headers } = await call('/orders.v1.Orders/Delete', 'orders:read')
    assert.equal(status, 403)
    assert.equal(headers['x-forwardgate-reason'], 'scope_insufficient')
  })

  await t.test('no refused call reaches the service', () => assert.equal(seen.length, 1))
})

/** The service that the page is about, behind a Traefik that is configured as the page says. */
async function openGrpc(t: TestContext) {
  const seen: string[] = []
  const application = createServer()
  application.on('stream', (stream, headers) => {
    if (headers[':path'] === '/ready-canary') return stream.respond({ ':status': 200 }, { endStream: true })
    seen.push(`${headers['x-auth-subject']} ${headers[':path']}`)
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(MESSAGE)
  })
  await once(application.listen(0, '127.0.0.1'), 'listening')
  t.after(() => application.close())
  const { auth, issuer } = await startTestService(t, {
    yaml: ({ issuer: url }) => CONFIGURATION.replace('https://id.example.com', url),
  })
  const address = application.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const traefik = await openTraefik(PROGRAMS.Traefik, undefined, {
    write: () => {
      const placed = MANIFEST.replaceAll('http://forwardgate:8080', auth).replace(
        'grpc-orders:50051',
        `127.0.0.1:${port}`,
      )
      const { http } = parse(placed)
      const ready = { rule: 'Path(`/ready-canary`)', service: 'orders' }
      return { http: { ...http, routers: { ...http.routers, ready } } }
    },
  })
  t.after(() => traefik.stop())
  await traefik.connect({ verifier: auth, upstream: auth, routes: [], identityHeaders: [] })
  const session = connect(traefik.origin)
  t.after(() => session.destroy())
  const call = (path: string, scope?: string) =>
    callOver(session, path, scope && issuer.mint({ aud: 'https://grpc.example.com', sub: 'alice', scope }))
  return { call, seen }
}

/** One unary call; without a token where none is given. */
async function callOver(session: ClientHttp2Session, path: string, token: string | undefined) {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    ':authority': 'grpc.example.com',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  })
  let trailers: IncomingHttpHeaders = {}
  stream.on('trailers', (fields) => {
    trailers = fields
  })
  stream.end(MESSAGE)
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }]
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return { status: headers[':status'], headers, body: Buffer.concat(chunks), trailers }
}

/** The first fence of the page that begins like this. */
function block(start: string): string {
  const [, text] = PAGE.split(`\n\`\`\`${start}`)
  assert.ok(text, `the page has a block ${start}`)
  return text.slice(0, text.indexOf('\n```') + 1)
}
