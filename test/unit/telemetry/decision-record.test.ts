import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { claimSelector } from '../../../src/config/compile/compile-requirement.ts'
import type { Route } from '../../../src/config/model.ts'
import { admit } from '../../../src/decision/admission.ts'
import { type Decision, decide, internalError } from '../../../src/decision/decide.ts'
import type { Denial } from '../../../src/decision/denial.ts'
import { buildIdentityHeaders } from '../../../src/decision/identity-headers.ts'
import { readHeaderFields } from '../../../src/decision/request/header-fields.ts'
import { buildRouteTable } from '../../../src/decision/request/route-table.ts'
import type { AssessToken } from '../../../src/decision/token/assessed-token.ts'
import { parseUnverifiedToken } from '../../../src/decision/token/unverified-token.ts'
import { readForwardAuth } from '../../../src/http/dialects/forward-auth.ts'
import {
  decisionKind,
  decisionLabels,
  decisionRecord,
  isFreshTokenDenial,
  mcpLabels,
} from '../../../src/telemetry/decision-record.ts'
import {
  NO_REVOCATIONS,
  NOW,
  named,
  PROOFS,
  sampleAccept,
  sampleEvidence,
  sampleRoute,
  sampleToken,
} from '../decision/sample.ts'

const NO_FIELDS = readHeaderFields([])
const REQUEST = { method: 'POST', host: 'api.example.com', path: '/mcp/a' }

type Token = Parameters<typeof sampleToken>[0]

/** What the decision about a verified token is. */
function judged(token: Token = {}, route: Partial<Route> = {}): Decision {
  const verified = sampleToken(token)
  const where = sampleRoute(route)
  const headers = [
    'X-Forwarded-Method',
    'POST',
    'X-Forwarded-Host',
    'api.example.com',
    'X-Forwarded-Uri',
    '/mcp/a?secret=1',
    'Authorization',
    'Bearer good',
  ]
  const fields = readHeaderFields(headers)
  const decision = decide(
    { ...readForwardAuth('GET', `/verify/${where.name}`, fields), fields },
    {
      routes: buildRouteTable([where]),
      proofs: PROOFS,
      now: () => NOW,
      assessToken: () => ({
        ok: true,
        form: 'jwt',
        token: verified,
        admission: admit(verified, where, NO_REVOCATIONS),
        identity: buildIdentityHeaders(where, verified),
      }),
    },
  )
  assert.ok(!(decision instanceof Promise))
  return decision
}

const denied = (denial: Denial): Decision => ({
  ...sampleEvidence({ route: sampleRoute(), request: REQUEST }),
  ...{ outcome: 'deny', reason: denial.reason, denial },
})

const evidenceOf = (decision: Decision) => decisionRecord(decision, NO_FIELDS, 1).evidence

test('the duration, the request id and the evidence of a line do not make it another one', () => {
  const expired = (secondsPast: number) => decisionKind(denied({ reason: 'token_expired', step: 'time', secondsPast }))
  assert.deepEqual(expired(1), expired(2))
  assert.notDeepEqual(expired(1), decisionKind(denied({ reason: 'credentials_missing', step: 'credentials' })))
  assert.notDeepEqual(expired(1), decisionKind(internalError()))
  const elsewhere = {
    ...denied({ reason: 'token_expired', step: 'time', secondsPast: 1 }),
    request: { ...REQUEST, path: '/mcp/b' },
  }
  assert.notDeepEqual(expired(1), decisionKind(elsewhere))
})

test('another subject or client is another line, and no claim can look like two', () => {
  const kinds = [
    judged({ subject: 'alice' }),
    judged({ subject: 'bob' }),
    judged({ subject: 'alice', client: 'other' }),
    judged({ subject: 'alice","other', client: '' }),
  ].map((decision) => JSON.stringify(decisionKind(decision)))
  assert.equal(new Set(kinds).size, kinds.length)
  assert.ok(decisionKind(judged({ subject: 'x'.repeat(30_000) })).join('').length < 1_000)
})

test('an allowed request: who came where, without a query', () => {
  assert.deepEqual(decisionRecord(judged(), NO_FIELDS, 0.123456), {
    ...{ route: 'kubernetes', issuer: 'main', outcome: 'allow', reason: 'token' },
    ...{ method: 'POST', host: 'api.example.com', path: '/mcp/a', sub: 'alice', client: 'claude', durationMs: 0.123 },
  })
})

test('before anything is known, the labels say so', () => {
  const unknown = internalError()
  const labels = { route: 'unmatched', issuer: 'none', outcome: 'error', reason: 'internal_error' } as const
  assert.deepEqual(decisionLabels(unknown), labels)
  assert.deepEqual(decisionRecord(unknown, NO_FIELDS, 1), { ...labels, durationMs: 1 })
  const anonymous = judged({ subject: undefined, client: undefined })
  assert.deepEqual(
    Object.keys(decisionRecord(anonymous, NO_FIELDS, 1)).filter((key) => key === 'sub' || key === 'client'),
    [],
  )
})

test('evidence says why in values: audience, trailing slash, missing scope, claim, seconds', () => {
  const expected = ['https://api.example.com/mcp/kubernetes']
  assert.deepEqual(evidenceOf(judged({ audience: ['x'] })), { expected, actual: ['x'] })
  const slashed = ['https://api.example.com/mcp/kubernetes/']
  assert.deepEqual(evidenceOf(judged({ audience: slashed })), {
    expected,
    actual: slashed,
    hint: 'differs only by a trailing slash',
  })
  assert.deepEqual(evidenceOf(judged({ scopes: ['a'] })), { missing: ['mcp:read'], actual: ['a'] })
  assert.deepEqual(evidenceOf(judged({ expiresAt: NOW - 90 })), { secondsPast: 90 })
  const claims = [{ claim: named('groups'), anyOf: ['family'] }]
  const guarded = { accept: [sampleAccept({ claims })] }
  assert.deepEqual(evidenceOf(judged({ claims: { groups: ['a'] } }, guarded)), {
    claim: 'groups',
    expected: ['anyOf: family'],
    actual: ['a'],
  })
  assert.equal(evidenceOf(judged()), undefined)
  assert.equal(evidenceOf(denied({ reason: 'credentials_ambiguous', step: 'credentials' })), undefined)
  const observed = judged({ scopes: [] }, { mode: 'observe' })
  assert.deepEqual([observed.outcome, evidenceOf(observed)], ['would_deny', { missing: ['mcp:read'], actual: [] }])
})

test('long texts and lists are capped', () => {
  const long = 'a'.repeat(500)
  const shown = `${'a'.repeat(200)}…`
  const record = decisionRecord(judged({ subject: long, client: long, clients: [] }), NO_FIELDS, 1)
  assert.deepEqual([record.sub, record.client], [shown, shown])
  const many = Array.from({ length: 25 }, (_, at) => `${at}`)
  const actual = [...many.slice(0, 20), '… 5 more']
  assert.deepEqual(evidenceOf(judged({ audience: many }))?.['actual'], actual)
  const claims = { sub: [long, Object.fromEntries(many.map((key) => [key, long])), null, 1] }
  const guarded = { accept: [sampleAccept({ claims: [{ claim: named('sub'), anyOf: ['alice'] }] })] }
  assert.deepEqual(evidenceOf(judged({ claims }, guarded))?.actual, [shown, 'an object', 'null', '1 (a number)'])
})

test('what is not verified is escaped: path, request id', () => {
  const path = {
    ...denied({ reason: 'credentials_missing', step: 'credentials' }),
    request: { ...REQUEST, path: `/${'a'.repeat(300)}` },
  }
  assert.equal(decisionRecord(path, NO_FIELDS, 1).path, `/${'a'.repeat(199)}…`)
  const id = (...values: string[]) =>
    decisionRecord(judged(), readHeaderFields(values.flatMap((value) => ['X-Request-Id', value])), 1).requestId
  assert.equal(id('a\u001b[31mé'), 'a\\u001b[31m\\u00e9')
  assert.equal(id(), undefined)
  assert.equal(id('a', 'b'), undefined)
})

test('the caller as the proxy reports it: escaped, and its end is what is kept', () => {
  const shown = (text?: string) => decisionRecord(judged(), NO_FIELDS, 1, text).forwardedFor
  assert.equal(shown(), undefined)
  assert.equal(shown('203.0.113.7, 10.0.0.1'), '203.0.113.7, 10.0.0.1')
  assert.equal(shown('é\n"203.0.113.7'), '\\u00e9\\u000a"203.0.113.7')
  const padded = shown(`${'9'.repeat(60_000)}, 203.0.113.7`) ?? ''
  assert.equal(padded.length, 201)
  assert.ok(padded.startsWith('…9') && padded.endsWith(', 203.0.113.7'))
})

test('claims that the route names, of verified tokens only, as text or list of text, capped', () => {
  const logClaims = [
    'email',
    '/realm_access/roles',
    'n',
    'map',
    'absent',
    'nothing',
    'long',
    'many',
    'constructor',
  ].map(claimSelector)
  const claims = {
    ...{ email: 'a@example.com', realm_access: { roles: ['admin', 7, { x: 1 }] }, n: 42, map: { a: true } },
    ...{ nothing: null, long: 'x'.repeat(500), many: Array.from({ length: 30 }, (_, at) => `${at}`), other: 'unnamed' },
  }
  const expected = {
    email: 'a@example.com',
    '/realm_access/roles': ['admin', '7', '{"x":1}'],
    n: '42',
    map: '{"a":true}',
    long: `${'x'.repeat(200)}…`,
    many: [...Array.from({ length: 20 }, (_, at) => `${at}`), '… 10 more'],
  }
  const record = (decision: Decision) => decisionRecord(decision, NO_FIELDS, 1)
  const allowed = record(judged({ claims }, { logClaims }))
  assert.deepEqual([allowed.outcome, allowed.claims], ['allow', expected])
  const denied = record(judged({ claims, audience: ['elsewhere'] }, { logClaims }))
  assert.deepEqual([denied.reason, denied.claims], ['audience_mismatch', expected])
  assert.equal(record(judged({ claims })).claims, undefined)
  assert.equal(record({ ...internalError(), route: sampleRoute({ logClaims }) }).claims, undefined)
})

test('the trace id of a well-formed traceparent (W3C Trace Context §3.2.2)', () => {
  const id = '4bf92f3577b34da6a3ce929d0e0e4736'
  const trace = (value: string) => {
    const { traceId, spanId } = decisionRecord(judged(), readHeaderFields(['traceparent', value]), 1)
    return traceId === undefined && spanId === undefined ? undefined : { traceId, spanId }
  }
  const ids = { traceId: id, spanId: '00f067aa0ba902b7' }
  assert.deepEqual(trace(`00-${id}-00f067aa0ba902b7-01`), ids)
  assert.deepEqual(trace(`cc-${id}-00f067aa0ba902b7-01-future`), ids)
  for (const bad of [
    '',
    `ff-${id}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${id}-${'0'.repeat(16)}-01`,
    `00-${id.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${id}`,
  ]) {
    assert.equal(trace(bad), undefined, bad)
  }
})

test('any token: no part of it is in the record', () => {
  const routes = buildRouteTable([sampleRoute()])
  const segment = fc.base64String({ minLength: 24 }).map((text) => text.replace(/[+/=]/g, ''))
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('Bearer ', 'Basic ', '', 'Bearer  '),
      (parts, scheme) => {
        const fields = readHeaderFields([
          ...[
            'X-Forwarded-Method',
            'POST',
            'X-Forwarded-Host',
            'h',
            'X-Forwarded-Uri',
            `/a?access_token=${parts.join('.')}`,
          ],
          ...['Authorization', `${scheme}${parts.join('.')}`],
        ])
        const assessToken: AssessToken = (token) => {
          const parsed = parseUnverifiedToken(token)
          return parsed.ok
            ? { ok: false, form: 'jwt', denial: { reason: 'keys_unavailable', step: 'key' } }
            : { form: 'jwt', ...parsed }
        }
        const decision = decide(
          { ...readForwardAuth('GET', '/verify/kubernetes', fields), fields },
          { routes, assessToken, proofs: PROOFS, now: () => NOW },
        )
        assert.ok(!(decision instanceof Promise))
        const line = JSON.stringify(decisionRecord(decision, fields, 1))
        for (const part of parts) assert.ok(part.length < 12 || !line.includes(part), line)
      },
    ),
  )
})

test('the labels of a request that belongs to no route say nothing of the request', () => {
  const decision: Decision = { ...denied({ reason: 'route_unknown', step: 'route' }), route: undefined }
  assert.deepEqual(decisionLabels(decision), {
    route: 'unmatched',
    issuer: 'none',
    outcome: 'deny',
    reason: 'route_unknown',
  })
})

test('a fresh token that is refused counts as a login loop', () => {
  const issuedAgo = (seconds: number | undefined, token: Token = { scopes: [] }, route: Partial<Route> = {}) =>
    isFreshTokenDenial(judged({ issuedAt: seconds === undefined ? undefined : NOW - seconds, ...token }, route), NOW)
  assert.equal(issuedAgo(59), true)
  assert.equal(issuedAgo(60), false)
  assert.equal(issuedAgo(undefined), false)
  assert.equal(issuedAgo(1, {}), false, 'allowed')
  assert.equal(issuedAgo(1, { scopes: [] }, { mode: 'observe' }), false, 'observed: it passed')
  assert.equal(
    isFreshTokenDenial(denied({ reason: 'signature_invalid', step: 'signature' }), NOW),
    false,
    'not verified',
  )
})

test('an MCP call is in the line by method and name, escaped and cut, and in a label only by a known method', () => {
  const called = (...calls: NonNullable<Decision['mcp']>['calls']): Decision => ({
    ...judged(),
    mcp: { calls, needs: [], open: false, denial: undefined },
  })
  const line = (decision: Decision) => {
    const { mcpMethod, mcpName } = decisionRecord(decision, NO_FIELDS, 1)
    return { mcpMethod, mcpName }
  }
  const tool = called({ method: 'tools/call', kind: 'tool', name: `a\n${'b'.repeat(300)}` })
  assert.deepEqual(line(tool), { mcpMethod: 'tools/call', mcpName: `a\\u000a${'b'.repeat(198)}…` })
  assert.deepEqual(mcpLabels(tool), ['tools/call'])
  const batch = called({ method: 'ping', kind: 'list' }, { method: 'my/own', kind: 'other' })
  assert.deepEqual(line(batch), { mcpMethod: 'ping,my/own', mcpName: undefined })
  assert.deepEqual(mcpLabels(batch), ['ping', 'other'])
  assert.deepEqual(mcpLabels(judged()), [])
  assert.deepEqual(mcpLabels(called()), [])
  const denial = { reason: 'mcp_request_invalid', step: 'mcp', problem: 'none' } as const
  assert.deepEqual(mcpLabels({ ...judged(), mcp: { calls: [], needs: [], open: false, denial } }), ['other'])
  assert.notDeepEqual(decisionKind(tool), decisionKind(batch))
})
