import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ClientHttp2Session } from 'node:http2'
import { after, before, describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { forwardedHeaders } from '../support/ask.ts'
import { type H2Request, openH2, sendH2 } from '../support/h2-client.ts'
import { missing } from '../support/missing-part.ts'
import { openRaw, type RawResponse, requestHead } from '../support/raw-http.ts'
import { startTestService, type TestService, until } from '../support/service.ts'
import { makeTestCa, type PairFiles, type TestCa } from '../support/tls-files.ts'

const ca = await makeTestCa()
if (ca === undefined) {
  test('HTTP/2 on the auth port', { skip: missing('openssl', 'nothing about HTTP/2 is tested') })
} else {
  describe('HTTP/2 on the auth port', () => suite(ca))
}

/** One way to the auth port. */
type Send = (request: H2Request) => Promise<RawResponse>

const GOOD = { aud: 'https://api.example.com/mcp', scope: 'mcp:read' }

function suite(ca: TestCa) {
  let pair: PairFiles
  let trusted: { readonly ca: Buffer }

  before(async () => {
    pair = await ca.issue('localhost')
    trusted = { ca: ca.pem }
  })
  after(() => ca.remove())

  const startSecure = (t: TestContext, env: Readonly<Record<string, string>> = {}) =>
    startTestService(t, { env: { FORWARDGATE_TLS_CERT: pair.cert, FORWARDGATE_TLS_KEY: pair.key, ...env } })

  const openSession = async (t: TestContext, { auth }: TestService): Promise<ClientHttp2Session> => {
    const session = await openH2(auth, trusted)
    t.after(() => session.destroy())
    return session
  }

  /** The same service three times over, as far as a client can tell: one issuer, one configuration. */
  const threeWays = async (t: TestContext) => {
    const secure = await startSecure(t)
    const plain = await startTestService(t, { issuer: secure.issuer, path: secure.path })
    const session = await openSession(t, secure)
    const ways: Readonly<Record<string, Send>> = {
      'HTTP/1.1': (request) => sendH1(plain.auth, request),
      'HTTP/1.1 over TLS': (request) => sendH1(secure.auth, request, trusted),
      'HTTP/2': (request) => sendH2(session, request),
    }
    return { ways, mint: secure.issuer.mint }
  }

  test('ext_authz: the authority is the host, and a Host field beside it is one too many', async (t) => {
    const { ways, mint } = await threeWays(t)
    const authorization = ['authorization', `Bearer ${mint(GOOD)}`] as const
    const ask = (way: string, headers: H2Request['headers']) =>
      ways[way]?.({ method: 'POST', target: '/ext_authz/-/mcp/x', headers: [...headers, authorization] })
    for (const way of Object.keys(ways)) {
      assert.equal((await ask(way, [['Host', 'api.example.com']]))?.status, 200, way)
      assert.equal((await ask(way, [['Host', 'evil.example.com']]))?.status, 403, way)
    }
    const session = await openSession(t, await startSecure(t))
    const stream = session.request([
      ...[':method', 'POST', ':scheme', 'https', ':path', '/ext_authz/-/mcp/x', ':authority', 'api.example.com'],
      ...['host', 'api.example.com', ...authorization],
    ])
    const [headers] = await once(stream.end(), 'response')
    assert.equal(headers[':status'], 400)
    assert.equal(headers['x-forwardgate-reason'] ?? 'forwarded_request_invalid', 'forwarded_request_invalid')
  })

  test('the same answers, byte for byte, over all three', async (t) => {
    const { ways, mint } = await threeWays(t)
    const good = mint(GOOD)
    const verify = (forwarded: Parameters<typeof forwardedHeaders>[0], more: Partial<H2Request> = {}): H2Request => ({
      method: 'GET',
      target: '/verify/api',
      ...more,
      headers: [...(more.headers ?? [['Host', 'gate.example.com']]), ...forwardedHeaders(forwarded ?? {})],
    })
    const plainly = (method: string, target: string, ...headers: H2Request['headers']): H2Request => ({
      method,
      target,
      headers: [['Host', 'api.example.com'], ...headers],
    })
    const metadata = '/.well-known/oauth-protected-resource/mcp'
    const requests: readonly H2Request[] = [
      verify({ token: good }),
      verify({}),
      verify({ token: good, uri: '/mcp/x?a=%zz' }, { target: '/verify' }),
      verify({ token: mint({ ...GOOD, scope: 'other' }) }),
      verify({ token: mint({ ...GOOD, exp: 1 }) }),
      verify({ token: mint({ ...GOOD, aud: 'other' }) }),
      verify({ token: 'not-a-token' }),
      verify({ headers: { authorization: ['Bearer a', 'Bearer b'] } }),
      verify({ token: good, headers: { x_auth_subject: 'admin' } }),
      verify({ token: good, headers: { 'x-forwarded-host': 'evil.example' } }),
      verify({ token: good }, { target: '/verify/other' }),
      verify({ token: good }, { target: '/verify/api?from=caddy' }),
      verify({ token: good }, { target: '//verify/api' }),
      verify({ token: good }, { target: '/verify/%61pi' }),
      verify({ token: good }, { method: 'HEAD' }),
      verify({}, { method: 'HEAD' }),
      verify({ token: good, method: 'POST' }, { method: 'POST', headers: [['Content-Length', '4']], body: 'body' }),
      verify({ token: good, method: 'PROPFIND' }, { method: 'PROPFIND' }),
      verify({ token: good, method: 'DELETE' }, { method: 'PUT', headers: [['Content-Length', '0']] }),
      verify({ token: good, headers: { 'if-none-match': '*', range: 'bytes=0-1', 'accept-encoding': 'gzip' } }),
      verify({ token: good, method: 'OPTIONS', headers: { origin: 'https://a.example' } }),
      plainly('GET', metadata),
      plainly('HEAD', metadata),
      plainly('OPTIONS', metadata),
      plainly('POST', metadata, ['Content-Length', '0']),
      plainly('GET', metadata, ['X-Forwarded-Host', 'other.example.com']),
      plainly('GET', '/.well-known/openid-configuration'),
      plainly('GET', '/'),
      plainly('PROPFIND', '/register'),
    ]
    for (const request of requests) {
      const seen = await Promise.all(Object.entries(ways).map(async ([way, send]) => [way, shown(await send(request))]))
      const [[, expected] = []] = seen
      for (const [way, answer] of seen)
        assert.deepEqual(answer, expected, `${way}: ${request.method} ${request.target}`)
    }
  })

  test('a token of 20 KB and 1,500 headers pass on all three; past 64 KiB that request alone is refused', async (t) => {
    const { ways, mint } = await threeWays(t)
    const headersOf = (token: string, count: number): H2Request => ({
      method: 'GET',
      target: '/verify/api',
      headers: [
        ['Host', 'gate'],
        // Sorted by name, as Traefik does, so that Authorization comes after them.
        ...Array.from({ length: count }, (_, index) => [`A${index}`, 'x'] as const),
        ...forwardedHeaders({ token }),
      ],
    })
    const large = mint({
      ...GOOD,
      groups: Array.from({ length: 400 }, (_, index) => `group-${index}-${'x'.repeat(20)}`),
    })
    assert.ok(large.length > 15_000 && large.length < 24_000, `${large.length}`)
    const good = mint(GOOD)
    for (const [way, send] of Object.entries(ways)) {
      assert.equal((await send(headersOf(large, 0))).status, 200, `${way}: ${large.length} bytes of token`)
      assert.equal((await send(headersOf(good, 1500))).status, 200, `${way}: 1,500 headers`)
      const tooLarge: H2Request = {
        ...headersOf(good, 0),
        headers: [
          ['Host', 'a'],
          ['A', 'x'.repeat(40_000)],
          ['B', 'x'.repeat(40_000)],
        ],
      }
      if (way === 'HTTP/2') {
        // Its stream is reset; an answer would need what nghttp2 does not hand over.
        await assert.rejects(send(tooLarge), /ENHANCE_YOUR_CALM/)
        assert.equal((await send(headersOf(good, 0))).status, 200, 'and the connection serves on')
        continue
      }
      const refused = await send(tooLarge)
      assert.equal(refused.status, 431, way)
      assert.match(refused.body.toString(), /"reason":"forwarded_request_invalid"/, way)
    }
  })

  test('drained under load: no request fails, every connection is asked to end by GOAWAY, no Connection header', async (t) => {
    const service = await startSecure(t, { FORWARDGATE_SHUTDOWN_DELAY: '5s' })
    const request = {
      method: 'GET',
      target: '/verify/api',
      headers: forwardedHeaders({ token: service.issuer.mint(GOOD) }),
    }
    const goodbyes: number[] = []
    let answered = 0
    let connections = 0
    let listening = true
    // As Go does: on GOAWAY a new connection for the next request.
    const client = async () => {
      while (listening) {
        const session = await openH2(service.auth, trusted).catch(() => undefined)
        if (session === undefined) break
        connections++
        session.on('goaway', (_code, lastStream) => goodbyes.push(lastStream ?? 0))
        const streams = Array.from({ length: 8 }, async () => {
          while (!session.closed && listening) {
            const { status, headers } = await sendH2(session, request)
            assert.equal(status, 200)
            assert.equal(
              headers.find(([name]) => name === 'connection'),
              undefined,
            )
            answered++
          }
        })
        await Promise.all(streams)
        session.close()
      }
    }
    const load = Promise.all([client(), client()])
    await until('requests are answered', () => answered > 100)
    const closing = service.close()
    await until('readiness is gone', async () => (await fetch(`${service.operations}/readyz`)).status === 503)
    const before = answered
    await until('requests are answered while draining', () => answered > before)
    await until('the end was announced before it came', () => goodbyes.includes(2 ** 31 - 1))
    listening = false
    await load
    await closing
    t.diagnostic(`${answered} requests on ${connections} connections, ${answered - before} of them while draining`)
  })

  test('an idle connection does not hold up the end', async (t) => {
    const service = await startSecure(t)
    const session = await openSession(t, service)
    const begin = performance.now()
    const closed = once(session, 'close')
    await service.close()
    await closed
    const took = performance.now() - begin
    assert.ok(took < 9_000, `${took} ms: as long as for a request in flight`)
  })

  test('rapid reset (CVE-2023-44487): the connection is ended, others go on', async (t) => {
    const service = await startSecure(t)
    const attacker = await openSession(t, service)
    let resets = 0
    while (!attacker.destroyed && !attacker.closed && resets < 20_000) {
      for (let burst = 0; burst < 200 && !attacker.destroyed && !attacker.closed; burst++, resets++) {
        const stream = attacker.request({ ':path': '/verify/api' })
        stream.on('error', () => {})
        stream.close(8)
      }
      await sleep(5)
    }
    // Whether the client hears of the end is a matter of timing; that nothing more is read is not.
    const lines = (await service.metrics()).matchAll(/^forwardgate_decisions_total\{.*\} (\d+)$/gm)
    const decided = [...lines].reduce((sum, [, count]) => sum + Number(count), 0)
    t.diagnostic(`${resets} resets sent, ${decided} decisions made`)
    assert.ok(decided < 3000)
    const token = service.issuer.mint(GOOD)
    const answer = await sendH2(await openSession(t, service), {
      method: 'GET',
      target: '/verify/api',
      headers: forwardedHeaders({ token }),
    })
    assert.equal(answer.status, 200)
  })

  for (const [name, frame] of Object.entries({
    settings: Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
    pings: Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
    'headers without end': Buffer.from([0, 0, 1, 9, 0, 0, 0, 0, 1, 0x82]),
  })) {
    test(`a flood of ${name} ends its connection`, async (t) => {
      const service = await startSecure(t)
      const { port } = new URL(service.auth)
      const socket = connect({ host: '127.0.0.1', port: Number(port), ALPNProtocols: ['h2'], ...trusted })
      t.after(() => socket.destroy())
      await once(socket, 'secureConnect')
      socket.on('error', () => {})
      // Never read: acknowledgements pile up at the server.
      socket.pause()
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
      socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))
      if (name === 'headers without end') socket.write(Buffer.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]))
      const flood = Buffer.concat(Array.from({ length: 2000 }, () => frame))
      let closed = false
      socket.on('close', () => {
        closed = true
      })
      let frames = 0
      for (; !closed && frames < 2_000_000; frames += 2000) {
        if (!socket.write(flood)) await Promise.race([event(socket, 'drain'), event(socket, 'close'), sleep(2000)])
        await sleep(1)
      }
      t.diagnostic(`ended after at most ${frames} frames`)
      assert.ok(closed)
      assert.equal((await fetch(`${service.operations}/livez`)).status, 200)
    })
  }

  test('clients register over HTTP/2; a body past its bound is answered, and costs no other client the connection', async (t) => {
    const registration = '{ clientId: mcp, redirectUris: [https://claude.ai/api/mcp/auth_callback] }'
    const service = await startTestService(t, {
      env: { FORWARDGATE_TLS_CERT: pair.cert, FORWARDGATE_TLS_KEY: pair.key },
      yaml: ({ issuer }) => `issuers: { main: { issuer: ${issuer}, registration: ${registration} } }
routes: { api: { resource: https://api.example.com/mcp } }
`,
    })
    const session = await openSession(t, service)
    const register = (body: string) =>
      sendH2(session, {
        method: 'POST',
        target: '/forwardgate/main/register',
        headers: [['Host', 'api.example.com']],
        body,
      })
    const good = JSON.stringify({ redirect_uris: ['https://claude.ai/api/mcp/auth_callback'] })
    const [granted, tooLarge] = await Promise.all([register(good), register('x'.repeat(1024 * 1024))])
    assert.deepEqual([granted.status, tooLarge.status], [201, 400])
    assert.match(tooLarge.body.toString(), /invalid_client_metadata/)
    assert.equal((await register(good)).status, 201)
  })
}

async function sendH1(origin: string, { method, target, headers, body }: H2Request, tls?: { readonly ca: Buffer }) {
  const connection = await openRaw(origin, tls)
  try {
    const host = headers.some(([name]) => name === 'Host') ? [] : [['Host', 'gate'] as const]
    connection.send(requestHead(`${method} ${target} HTTP/1.1`, [...host, ...headers]) + (body ?? ''))
    const answer = await connection.read({ head: method === 'HEAD' })
    return answer ?? assert.fail('closed without an answer')
  } finally {
    connection.close()
  }
}

/** Unlike `once` of Node, an error does not reject. */
function event(socket: TLSSocket, name: string): Promise<void> {
  return new Promise((resolve) => socket.once(name, () => resolve()))
}

/** What must be equal: all but the connection's own fields and the clock. */
function shown({ status, headers, body }: RawResponse) {
  const own = ['connection', 'keep-alive', 'date']
  const fields = headers.map(([name, value]) => [name.toLowerCase(), value] as const)
  return { status, headers: fields.filter(([name]) => !own.includes(name)).toSorted(), body: body.toString() }
}
