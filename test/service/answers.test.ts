import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { forwardedHeaders } from '../support/ask.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { requestHead, sendRaw } from '../support/raw-http.ts'
import { RESOURCE, startTestService, until } from '../support/service.ts'

const CHALLENGE =
  'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp", scope="mcp:read"'
const ENDING = 'Date: X\r\nConnection: keep-alive\r\nKeep-Alive: timeout=120\r\n\r\n'

/** A refusal as it must be on the wire. */
function refusal(line: string, headers: string, body: string): string {
  const framing = `Cache-Control: no-store\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  return `HTTP/1.1 ${line}\r\n${headers}${framing}${ENDING}${body}`
}

/** The whole answer as it is on the wire; only the date is covered. */
async function onTheWire(auth: string, token?: string, path = '/verify/api'): Promise<string> {
  const lines = [['Host', 'gate'] as const, ...forwardedHeaders({ uri: '/mcp', ...(token ? { token } : {}) })]
  const response = await sendRaw(auth, requestHead(`GET ${path} HTTP/1.1`, lines))
  const headers = response.headers.map(([name, value]) => `${name}: ${name === 'Date' ? 'X' : value}\r\n`)
  return `HTTP/1.1 ${response.status} ${response.reason}\r\n${headers.join('')}\r\n${response.body}`
}

describe('the answers of /verify, byte for byte', () => {
  it('200: no body, every identity header, also where the token has no such claim', async (t) => {
    const { auth, issuer } = await startTestService(t)
    const token = issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
    assert.equal(
      await onTheWire(auth, token),
      'HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 0\r\n' +
        `X-Auth-Subject: alice\r\nX-Auth-Issuer: main\r\nX-Auth-Client: \r\nX-Auth-Scopes: mcp:read\r\n${ENDING}`,
    )
  })

  it('401: no token, and a challenge without an error', async (t) => {
    const { auth } = await startTestService(t)
    assert.equal(
      await onTheWire(auth),
      refusal(
        '401 Unauthorized',
        `WWW-Authenticate: ${CHALLENGE}\r\nX-Forwardgate-Reason: credentials_missing\r\n`,
        '{"reason":"credentials_missing","message":"This resource requires a bearer token"}',
      ),
    )
  })

  it('401: a bad token, twice the same bytes', async (t) => {
    const { auth, issuer } = await startTestService(t)
    const token = issuer.mint({ aud: RESOURCE, scope: 'mcp:read', exp: 1_000_000_000 })
    const expected = refusal(
      '401 Unauthorized',
      `WWW-Authenticate: ${CHALLENGE}, error="invalid_token", error_description="The access token expired"\r\n` +
        'X-Forwardgate-Reason: token_expired\r\n',
      '{"error":"invalid_token","reason":"token_expired","message":"The access token expired"}',
    )
    assert.equal(await onTheWire(auth, token), expected)
    assert.equal(await onTheWire(auth, token), expected)
  })

  it('403: a missing scope, with all scopes that the request needs', async (t) => {
    const { auth, issuer } = await startTestService(t)
    assert.equal(
      await onTheWire(auth, issuer.mint({ aud: RESOURCE, scope: 'other' })),
      refusal(
        '403 Forbidden',
        `WWW-Authenticate: ${CHALLENGE}, error="insufficient_scope", ` +
          'error_description="The access token lacks a required scope"\r\n' +
          'X-Forwardgate-Reason: scope_insufficient\r\n',
        '{"error":"insufficient_scope","reason":"scope_insufficient",' +
          '"message":"The access token lacks a required scope"}',
      ),
    )
  })

  it('503: no keys, Retry-After and no challenge, and 200 by itself when the issuer comes', async (t) => {
    const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
    t.after(() => issuer.stop())
    await issuer.stop()
    const late = await startTestService(t, { issuer })
    const token = issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
    assert.equal(
      await onTheWire(late.auth, token),
      refusal(
        '503 Service Unavailable',
        'X-Forwardgate-Reason: keys_unavailable\r\nRetry-After: 5\r\n',
        '{"reason":"keys_unavailable","message":"The keys of the issuer are currently unavailable"}',
      ),
    )
    await issuer.restart()
    await until('the issuer is found', async () => (await late.ask('api', { token })).status === 200)
  })

  for (const path of [
    '/verify/other',
    '/verify/api/',
    '/verify/API',
    '/verify/%61pi',
    '/verify/',
    '/VERIFY/api',
    '//verify/api',
  ]) {
    it(`403: ${path} names no route, and is no 404`, async (t) => {
      const { auth, issuer } = await startTestService(t)
      const token = issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
      assert.equal(
        await onTheWire(auth, token, path),
        refusal(
          '403 Forbidden',
          'X-Forwardgate-Reason: route_unknown\r\n',
          '{"reason":"route_unknown","message":"No route is configured for this request"}',
        ),
      )
    })
  }

  it('without reasons: neither header nor body member, the message stays', async (t) => {
    const { auth, issuer } = await startTestService(t, { env: { FORWARDGATE_EXPOSE_REASON: 'false' } })
    const answer = await onTheWire(auth, issuer.mint({ aud: 'https://other.example.com' }))
    assert.doesNotMatch(answer, /reason|audience_mismatch/i)
    assert.match(
      answer,
      /\r\n\r\n\{"error":"invalid_token","message":"The access token was issued for another audience"\}$/,
    )
    assert.match(await onTheWire(auth), /\r\n\r\n\{"message":"This resource requires a bearer token"\}$/)
  })
})
