import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Route } from '../../../src/config/model.ts'
import { answerTo, denialAnswer, rememberAnswers } from '../../../src/decision/answer.ts'
import { type Decision, decide, internalError } from '../../../src/decision/decide.ts'
import { DENIALS, type Reason } from '../../../src/decision/denial.ts'
import { readHeaderFields } from '../../../src/decision/request/header-fields.ts'
import { buildRouteTable } from '../../../src/decision/request/route-table.ts'
import { parseUnverifiedToken } from '../../../src/decision/token/unverified-token.ts'
import { readForwardAuth } from '../../../src/http/dialects/forward-auth.ts'
import { ACCEPTED, PROOFS, sampleEvidence, sampleResource, sampleRoute, sampleRule } from './sample.ts'

const SHOWN = { exposeReason: true }
const EVIDENCE = sampleEvidence()
const CHALLENGE =
  'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp/kubernetes", scope="mcp:read"'

const denied = (reason: Reason, route: Partial<Route> = {}): Decision => ({
  ...EVIDENCE,
  route: sampleRoute(route),
  outcome: 'deny',
  reason,
  denial: { reason, step: 'end' },
})

test('a request that passes gets an empty body and the identity', () => {
  const headers = ['X-Auth-Subject', 'alice']
  const expected = { status: 200, headers: ['Cache-Control', 'no-store', 'Content-Length', '0', ...headers], body: '' }
  const evidence = { ...EVIDENCE, route: sampleRoute() }
  assert.deepEqual(answerTo({ ...evidence, outcome: 'allow', reason: 'token', headers }, undefined, SHOWN), expected)
  const denial = { reason: 'route_unknown', step: 'route' } as const
  const observed: Decision = { ...evidence, outcome: 'would_deny', reason: 'token_expired', denial, headers }
  assert.deepEqual(answerTo(observed, undefined, SHOWN), expected)
})

test('a denial is status, challenge, reason and a small JSON body', () => {
  const body = '{"error":"invalid_token","reason":"token_expired","message":"The access token expired"}'
  assert.deepEqual(answerTo(denied('token_expired'), undefined, SHOWN), {
    status: 401,
    headers: [
      ...['WWW-Authenticate', `${CHALLENGE}, error="invalid_token", error_description="The access token expired"`],
      ...['X-Forwardgate-Reason', 'token_expired', 'Cache-Control', 'no-store'],
      ...['Content-Type', 'application/json', 'Content-Length', String(body.length)],
    ],
    body,
  })
})

test('exposeReason false drops header and body member, not the message', () => {
  const { headers, body } = answerTo(denied('client_not_allowed'), undefined, { exposeReason: false })
  assert.equal(body, '{"message":"This client is not allowed here"}')
  assert.ok(!headers.includes('X-Forwardgate-Reason'))
})

test('a refusal of one MCP request is a JSON-RPC error; everything around it is the same', () => {
  const refused = { ...denied('scope_insufficient'), requestId: 'a"' }
  const message = 'The access token lacks a required scope'
  const bodyOf = (decision: Decision, options = SHOWN) => JSON.parse(answerTo(decision, undefined, options).body)
  const data = { error: 'insufficient_scope', reason: 'scope_insufficient' }
  const expected = { jsonrpc: '2.0', id: 'a"', error: { code: -31003, message, data } }
  assert.deepEqual(bodyOf(refused), expected)
  assert.deepEqual(bodyOf(refused, { exposeReason: false }).error.data, { error: 'insufficient_scope' })
  const mcp = { calls: [], needs: [], open: false, denial: undefined, disagrees: true } as const
  const { id, error } = bodyOf({ ...denied('mcp_request_invalid'), requestId: 0, mcp })
  assert.deepEqual([id, error.code, error.data], [0, -32020, { reason: 'mcp_request_invalid' }])
  const [withId, without] = [refused, denied('scope_insufficient')].map((one) => answerTo(one, undefined, SHOWN))
  assert.deepEqual([withId?.status, withId?.headers.slice(0, -1)], [without?.status, without?.headers.slice(0, -1)])
})

test('only rows that say so carry a challenge, and only within a route; 503 says when to come back', () => {
  for (const [reason, row] of Object.entries(DENIALS) as [Reason, (typeof DENIALS)[Reason]][]) {
    const { status, headers } = answerTo(denied(reason), undefined, SHOWN)
    assert.equal(status, row.status)
    assert.equal(headers.includes('WWW-Authenticate'), row.challenge, reason)
    assert.equal(headers.indexOf('Retry-After') >= 0, reason.endsWith('_unavailable'), reason)
    assert.ok(!denialAnswer(reason, SHOWN).headers.includes('WWW-Authenticate'))
  }
  assert.equal(answerTo(internalError(), undefined, SHOWN).status, 500)
  assert.ok(
    !answerTo({ ...denied('token_expired'), route: undefined }, undefined, SHOWN).headers.includes('WWW-Authenticate'),
  )
})

test('CORS headers only for a listed origin; Vary wherever the origin decides', () => {
  const cors = (origins: readonly string[] | undefined, origin: string | undefined, more: Partial<Route> = {}) => {
    const { headers } = answerTo(denied('client_not_allowed', { origins, ...more }), origin, SHOWN)
    return headers.slice(0, headers.indexOf('X-Forwardgate-Reason'))
  }
  assert.deepEqual(cors(undefined, 'https://o'), [])
  assert.deepEqual(cors(['https://o'], undefined), ['Vary', 'Origin'])
  assert.deepEqual(cors(['https://o'], 'https://evil'), ['Vary', 'Origin'])
  assert.deepEqual(cors(['https://x', 'https://o'], 'https://o'), [
    ...['Access-Control-Allow-Origin', 'https://o'],
    ...['Access-Control-Expose-Headers', 'WWW-Authenticate, X-Forwardgate-Reason, Retry-After', 'Vary', 'Origin'],
  ])
  const withCookie = cors(['https://o'], 'https://o', { tokenSource: { kind: 'cookie', name: 'session' } })
  assert.deepEqual(withCookie.slice(0, 4), [
    ...['Access-Control-Allow-Origin', 'https://o', 'Access-Control-Allow-Credentials', 'true'],
  ])
  assert.deepEqual(cors(['https://o'], 'https://evil', { tokenSource: { kind: 'cookie', name: 'session' } }), [
    ...['Vary', 'Origin'],
  ])
  const withNonce = cors(['https://o'], 'https://o', { dpop: { ...ACCEPTED, nonceSecret: Buffer.alloc(32) } })
  assert.equal(withNonce[3], 'WWW-Authenticate, X-Forwardgate-Reason, Retry-After, DPoP-Nonce')
})

test('the identity of one request is never answered to another', () => {
  const remembered = rememberAnswers(SHOWN)
  const evidence = { ...EVIDENCE, route: sampleRoute() }
  for (const subject of ['alice', 'bob']) {
    const decision: Decision = { ...evidence, outcome: 'allow', reason: 'token', headers: ['X-Auth-Subject', subject] }
    assert.equal(remembered(decision, undefined).headers.at(-1), subject)
  }
})

test('a remembered answer is the one that would be made anew, whatever was asked before', () => {
  const remembered = rememberAnswers(SHOWN)
  const resources = [sampleResource(), sampleResource('https://other.example.com/mcp')] as const
  const routes = [
    sampleRoute({ resources }),
    sampleRoute({ resources: [sampleResource('https://api.example.com/b')], requestScopes: ['b'] }),
    sampleRoute({ origins: ['https://o'] }),
    undefined,
  ]
  const needing = (scope: string) => ({
    calls: [],
    needs: [{ scopes: [scope], claims: [], authentication: undefined }],
    open: false,
  })
  const request = (host: string) => ({ method: 'GET', host, path: '/mcp' })
  const asked = fc.record({
    reason: fc.constantFrom(...(Object.keys(DENIALS) as Reason[])),
    route: fc.constantFrom(...routes),
    request: fc.constantFrom(undefined, ...['api.example.com', 'other.example.com', 'evil'].map(request)),
    rules: fc.constantFrom([], [sampleRule({ scopes: ['mcp:admin'] })]),
    mcp: fc.constantFrom(undefined, ...['mcp:tool', 'mcp:other'].map(needing)),
    requestId: fc.constantFrom(undefined, 1, 'a'),
    nonce: fc.constantFrom(undefined, 'fresh'),
    origin: fc.constantFrom(undefined, 'https://o', 'https://evil'),
    outcome: fc.constantFrom('deny' as const, 'would_deny' as const),
  })
  fc.assert(
    fc.property(asked, ({ origin, outcome, ...evidence }) => {
      const refused = { ...denied(evidence.reason), ...evidence, outcome, headers: ['X-Auth-Subject', ''] }
      const decision = refused as unknown as Decision
      assert.deepEqual(remembered(decision, origin), answerTo(decision, origin, SHOWN))
    }),
    { numRuns: 2000 },
  )
  const again = denied('token_expired', { resources })
  assert.equal(remembered(again, undefined), remembered(again, 'https://o'))
  const ofOrigin = denied('token_expired', { origins: ['https://o'] })
  for (const origin of ['https://o', 'https://evil', undefined, 'https://o'])
    assert.deepEqual(remembered(ofOrigin, origin), answerTo(ofOrigin, origin, SHOWN))
})

test('whatever token and request say: the answer to a reason is the same, byte for byte', () => {
  const routes = buildRouteTable([sampleRoute()])
  const answers = new Map<string, string>()
  const part = fc.oneof(
    fc.base64String(),
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  )
  const uri = fc.webPath().map((path) => (path.startsWith('/') && !path.startsWith('//') ? path : '/a'))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), uri, fc.string({ unit: 'binary' }), (parts, path, other) => {
      const fields = readHeaderFields([
        ...['X-Forwarded-Method', 'POST', 'X-Forwarded-Host', 'evil.example', 'X-Forwarded-Uri', path],
        ...['Authorization', `Bearer ${parts.join('.')}`, 'Origin', other, 'X-Other', other],
      ])
      const assessToken = (token: string) => {
        const parsed = parseUnverifiedToken(token)
        const denial = parsed.ok ? ({ reason: 'issuer_untrusted', step: 'issuer' } as const) : parsed.denial
        return { ok: false, form: 'jwt', denial } as const
      }
      const decision = decide(
        { ...readForwardAuth('GET', '/verify/kubernetes', fields), fields },
        { routes, assessToken, proofs: PROOFS, now: () => 0 },
      )
      assert.ok(!(decision instanceof Promise) && decision.outcome === 'deny')
      const answer = answerTo(decision, fields.origin, SHOWN)
      const bytes = JSON.stringify(answer)
      assert.equal(answers.get(decision.reason) ?? bytes, bytes)
      answers.set(decision.reason, bytes)
      const challenge = answer.headers[1] ?? ''
      assert.match(challenge, /^Bearer (?:[a-z_]+="[ !#-[\]-~]+"(?:, |$)){2,4}$/)
    }),
  )
  assert.ok(answers.size >= 3, [...answers.keys()].join(' '))
})
