import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { registerClient, registrationEvent } from '../../../src/documents/client-registration.ts'

const ALLOWED = [
  'https://claude.ai/api/mcp/auth_callback',
  'http://127.0.0.1/callback',
  'http://localhost',
  'http://[::1]:7777/callback',
  'http://localhost/localhost:1',
  'https://app.example/callback?tenant=1',
  'https://localhost/tls',
  'http://app.localhost/callback',
  'https://app.example/?to=http://127.0.0.1',
  'http://127.0.0.1.example/callback',
]
const registration = {
  kind: 'client',
  clientId: 'mcp',
  redirectUris: ALLOWED,
  codeChallengeMethods: undefined,
} as const
const CALLBACK = ['https://claude.ai/api/mcp/auth_callback']

test('a client that may be sent back to where it says gets the one public client, and no secret (RFC 7591 §3.2.1)', () => {
  const request = {
    redirect_uris: CALLBACK,
    client_name: 'Claude',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'],
    scope: 'everything',
  }
  assert.deepEqual(registerClient(registration, request), {
    status: 201,
    body: {
      client_id: 'mcp',
      token_endpoint_auth_method: 'none',
      redirect_uris: CALLBACK,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
  })
  const least = registerClient(registration, { redirect_uris: CALLBACK })
  assert.deepEqual(Reflect.get(least.body, 'grant_types'), ['authorization_code'])
})

test('redirect URIs: code point by code point; on loopback without a port, any port (RFC 8252 §7.3)', () => {
  const rows: readonly [uri: string, granted: boolean][] = [
    ['https://claude.ai/api/mcp/auth_callback', true],
    ['https://claude.ai/api/mcp/auth_callback/', false],
    ['https://claude.ai/api/mcp/auth_callback?x=1', false],
    ['https://claude.ai/api/mcp/auth_callback#x', false],
    ['https://claude.ai:443/api/mcp/auth_callback', false],
    ['https://CLAUDE.ai/api/mcp/auth_callback', false],
    ['https://claude.ai/api/mcp/../mcp/auth_callback', false],
    ['https://claude.ai@evil.example/api/mcp/auth_callback', false],
    ['http://claude.ai/api/mcp/auth_callback', false],
    ['http://127.0.0.1/callback', true],
    ['http://127.0.0.1:1/callback', true],
    ['http://127.0.0.1:65535/callback', true],
    ['http://127.0.0.1:65536/callback', false],
    ['http://127.0.0.1:0/callback', false],
    ['http://127.0.0.1:/callback', false],
    ['http://127.0.0.1:080/callback', false],
    ['http://127.0.0.1:80@evil.example/callback', false],
    ['http://127.0.0.1:80.evil.example/callback', false],
    ['http://127.0.0.1.evil.example/callback', false],
    ['http://127.0.0.1:8080/callback/', false],
    ['http://127.0.0.1:8080/CALLBACK', false],
    ['http://127.0.0.1:8080/evil?/callback', false],
    ['http://127.0.0.2:8080/callback', false],
    ['http://localhost:8080/callback', false],
    ['https://127.0.0.1:8080/callback', false],
    ['http://localhost', true],
    ['http://localhost:8080', true],
    ['http://localhost:8080/', false],
    ['http://localhost:1', true],
    ['http://[::1]:7777/callback', true],
    ['http://[::1]:7778/callback', false],
    ['https://app.example/callback?tenant=1', true],
    ['https://app.example/callback?tenant=2', false],
    ['https://localhost/tls', true],
    ['https://localhost:8443/tls', false],
    ['http://app.localhost/callback', true],
    ['http://app.localhost:8080/callback', false],
    ['http://127.0.0.1:80@evil.example:80/callback', false],
    ['http://127.0.0.1:80', false],
    ['undefined:80undefined', false],
    ['javascript:alert(1)', false],
    ['', false],
  ]
  for (const [uri, granted] of rows) {
    const { status, body } = registerClient(registration, { redirect_uris: [uri] })
    assert.equal(status, granted ? 201 : 400, uri)
    if (!granted) assert.equal(Reflect.get(body, 'error'), 'invalid_redirect_uri')
    const beside = registerClient(registration, { redirect_uris: [...CALLBACK, uri] })
    assert.deepEqual(
      [beside.status, Reflect.get(beside.body, 'redirect_uris')],
      [201, granted ? [...CALLBACK, uri] : CALLBACK],
      `beside: ${uri}`,
    )
  }
})

test('Codex: a loopback entry that ends in /* stands for every path below, on any port, and for nothing else', () => {
  const prefixes = ['http://127.0.0.1/callback/*', 'http://localhost:7777/*', 'http://[::1]/a/*']
  const rows: readonly [uri: string, granted: boolean][] = [
    ['http://127.0.0.1:49152/callback/9fM-2_x', true],
    ['http://127.0.0.1/callback/x', true],
    ['http://127.0.0.1:1/callback/a/b.c;d=1', true],
    ['http://[::1]:9/a/x', true],
    ['http://localhost:7777/callback', true],
    ['http://localhost:7778/callback', false],
    ['http://localhost/callback', false],
    ['http://127.0.0.1:49152/callback', false],
    ['http://127.0.0.1:49152/callback/', false],
    ['http://127.0.0.1:49152/callbackx/y', false],
    ['http://127.0.0.1:49152/Callback/x', false],
    ['http://127.0.0.1/callback/*', false],
    ['http://127.0.0.1:49152/callback/../x', false],
    ['http://127.0.0.1:49152/callback/..', false],
    ['http://127.0.0.1:49152/callback/a..b', false],
    ['http://127.0.0.1:49152/callback/%2e%2e/x', false],
    ['http://127.0.0.1:49152/callback/x?to=https://evil.example', false],
    ['http://127.0.0.1:49152/callback/x#y', false],
    ['http://127.0.0.1:49152/callback/x\\y', false],
    ['http://127.0.0.1:49152/callback/x y', false],
    ['http://127.0.0.1:49152/callback/x@y', false],
    ['http://127.0.0.1:65536/callback/x', false],
    ['http://127.0.0.1:0/callback/x', false],
    ['http://user@127.0.0.1:49152/callback/x', false],
    ['http://127.0.0.1:49152@evil.example/callback/x', false],
    ['http://127.0.0.1.evil.example/callback/x', false],
    ['http://localhost:49152/callback/x', false],
    ['https://127.0.0.1:49152/callback/x', false],
    ['HTTP://127.0.0.1:49152/callback/x', false],
  ]
  for (const [uri, granted] of rows) {
    const { status } = registerClient({ ...registration, redirectUris: prefixes }, { redirect_uris: [uri] })
    assert.equal(status, granted ? 201 : 400, uri)
  }
})

test('a registration is reported: what the client said is escaped and cut, and whatever came nothing throws', () => {
  const reported = (request: unknown) => registrationEvent('main', registerClient(registration, request), request)
  assert.deepEqual(reported({ redirect_uris: CALLBACK, client_name: 'Claude' }), {
    outcome: 'registered',
    issuer: 'main',
  })
  const reason = 'No redirect URI is among those that this server allows'
  const long = `http://127.0.0.1:1/${'x'.repeat(300)}`
  const many = Array.from({ length: 50 }, () => long)
  assert.deepEqual(reported({ redirect_uris: many, client_name: 'Codex\n{}' }), {
    ...{ outcome: 'refused', issuer: 'main', reason, unverifiedClient: 'Codex\\u000a{}' },
    unverifiedRedirectUris: Array.from({ length: 5 }, () => `${long.slice(0, 200)}…`),
  })
  for (const request of [
    undefined,
    null,
    5,
    'x',
    [],
    {},
    { redirect_uris: 5, client_name: {} },
    { redirect_uris: [5] },
  ]) {
    const event = reported(request)
    assert.ok(event.outcome === 'refused')
    assert.deepEqual([event.unverifiedRedirectUris, event.unverifiedClient], [[], undefined])
  }
})

test('what cannot be granted is refused with the code of RFC 7591 §3.2.2', () => {
  const rows: readonly [request: unknown, error: string][] = [
    [undefined, 'invalid_client_metadata'],
    [null, 'invalid_client_metadata'],
    [[], 'invalid_client_metadata'],
    ['x', 'invalid_client_metadata'],
    [{}, 'invalid_redirect_uri'],
    [Object.create({ redirect_uris: CALLBACK }), 'invalid_redirect_uri'],
    [{ redirect_uris: [] }, 'invalid_redirect_uri'],
    [{ redirect_uris: CALLBACK[0] }, 'invalid_redirect_uri'],
    [{ redirect_uris: [...CALLBACK, 5] }, 'invalid_redirect_uri'],
    [{ redirect_uris: Array(51).fill(CALLBACK[0]) }, 'invalid_redirect_uri'],
    [{ redirect_uris: CALLBACK, grant_types: ['client_credentials'] }, 'invalid_client_metadata'],
    [{ redirect_uris: CALLBACK, grant_types: 'authorization_code' }, 'invalid_client_metadata'],
    [{ redirect_uris: CALLBACK, response_types: ['token'] }, 'invalid_client_metadata'],
    [{ redirect_uris: CALLBACK, response_types: [5] }, 'invalid_client_metadata'],
    [{ redirect_uris: CALLBACK, response_types: 'code' }, 'invalid_client_metadata'],
  ]
  for (const [request, error] of rows) {
    const { status, body } = registerClient(registration, request)
    assert.deepEqual([status, Reflect.get(body, 'error')], [400, error], JSON.stringify(request))
    assert.deepEqual(Object.keys(body), ['error', 'error_description'])
  }
})

test('fifty redirect URIs are the most', () => {
  assert.equal(registerClient(registration, { redirect_uris: Array(50).fill(CALLBACK[0]) }).status, 201)
})

test('any request: never throws, never a secret, never a URI that is not allowed', () => {
  const member = fc.oneof(fc.constantFrom(...ALLOWED), fc.webUrl(), fc.string(), fc.integer())
  const request = fc.record({
    redirect_uris: fc.oneof(fc.array(member), member),
    grant_types: fc.oneof(fc.constant(['authorization_code']), fc.array(fc.string())),
    client_secret: fc.string(),
  })
  fc.assert(
    fc.property(fc.oneof(request, fc.jsonValue()), (asked) => {
      const { status, body } = registerClient(registration, asked)
      assert.equal('client_secret' in body, false)
      if (status !== 201) return
      const granted: readonly string[] = Reflect.get(body, 'redirect_uris')
      for (const uri of granted) assert.ok(ALLOWED.includes(uri) || /^http:\/\/(127\.0\.0\.1|localhost):/.test(uri))
    }),
  )
})
