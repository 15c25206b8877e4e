import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Accept, Revocations, Route } from '../../../src/config/model.ts'
import { admit, checkAdditions, checkLifetime, checkTime, chooseWay } from '../../../src/decision/admission.ts'
import {
  NO_REVOCATIONS,
  NOW,
  named,
  sampleAccept,
  sampleIssuer,
  sampleRoute,
  sampleRule,
  sampleToken,
} from './sample.ts'

const choose = (route: Route, token = sampleToken(), revocations = NO_REVOCATIONS, now = NOW) =>
  chooseWay(admit(token, route, revocations), token, now)

const AUDIENCE = 'https://api.example.com/mcp/kubernetes'

const denialOf = (
  accept: Parameters<typeof sampleAccept>[0],
  token: Parameters<typeof sampleToken>[0] = {},
  revocations: Partial<Revocations> = {},
) =>
  choose(sampleRoute({ accept: [sampleAccept(accept)] }), sampleToken(token), { ...NO_REVOCATIONS, ...revocations })
    .denial

test('audience_mismatch: no exact member in common', () => {
  assert.equal(denialOf({}), undefined)
  assert.equal(denialOf({}, { audience: ['x', AUDIENCE] }), undefined)
  assert.equal(denialOf({ audience: ['other', 'x'] }, { audience: ['x'] }), undefined)
  assert.equal(denialOf({ audience: 'unchecked' }, { audience: [] }), undefined)
  for (const audience of [
    [],
    ['HTTPS://API.EXAMPLE.COM/mcp/kubernetes'],
    [`${AUDIENCE} x`],
    ['https://api.example.com/mcp'],
  ]) {
    assert.deepEqual(denialOf({}, { audience }), {
      reason: 'audience_mismatch',
      step: 'audience',
      expected: [AUDIENCE],
      actual: audience,
    })
  }
  for (const audience of [[`${AUDIENCE}/`], ['x', `${AUDIENCE}/`]]) {
    const hint = 'differs only by a trailing slash'
    assert.deepEqual(denialOf({}, { audience }), {
      reason: 'audience_mismatch',
      step: 'audience',
      expected: [AUDIENCE],
      actual: audience,
      hint,
    })
  }
  const expected = [`${AUDIENCE}/`]
  const hint = 'differs only by a trailing slash'
  assert.deepEqual(denialOf({ audience: expected }), {
    reason: 'audience_mismatch',
    step: 'audience',
    expected,
    actual: [AUDIENCE],
    hint,
  })
})

test('audience_mismatch: a hint where the token was made for the origin of the resource', () => {
  const audience = ['https://API.example.com:443/mcp', 'https://other.example.com:8443/a/b?x=1', 'api']
  for (const [sent, hinted] of [
    ['https://api.example.com', true],
    ['https://api.example.com/', true],
    ['https://other.example.com:8443', true],
    ['https://other.example.com', false],
    ['http://api.example.com', false],
    ['https://api.example.com/mc', false],
    ['null', false],
    ['', false],
  ] as const) {
    const denial = denialOf({ audience }, { audience: ['x', sent] })
    assert.ok(denial?.reason === 'audience_mismatch')
    assert.equal(/made for the origin/.test(denial.hint ?? ''), hinted, sent)
  }
})

test('audience_mismatch: an audience that only looks like a URL has no origin to hint at', () => {
  const denial = denialOf({ audience: ['https://['] }, { audience: ['https://x.example.com'] })
  assert.equal(denial?.reason, 'audience_mismatch')
  assert.equal(denial?.hint, undefined)
})

test('token_revoked: by jti, sub, any client, or age', () => {
  const listed: readonly [by: string, revocations: Partial<Revocations>, token: Parameters<typeof sampleToken>[0]][] = [
    ['jti', { jti: new Set(['token-1']) }, {}],
    ['sub', { sub: new Set(['alice']) }, {}],
    ['clientIds', { clientIds: new Set(['claude']) }, {}],
    ['clientIds', { clientIds: new Set(['second']) }, { clients: ['claude', 'second'] }],
    ['issuedBefore', { issuedBefore: NOW }, { issuedAt: NOW - 1 }],
    ['issuedBefore', { issuedBefore: 0 }, { issuedAt: undefined }],
  ]
  for (const [by, revocations, token] of listed) {
    assert.deepEqual(denialOf({}, token, revocations), { reason: 'token_revoked', step: 'revocation', by })
  }
  const others = { jti: new Set(['x']), sub: new Set(['x']), clientIds: new Set(['x']), issuedBefore: NOW - 10 }
  assert.equal(denialOf({}, {}, others), undefined)
  assert.equal(denialOf({}, { tokenId: undefined, subject: undefined, clients: [] }, others), undefined)
})

test('client_not_allowed: not in each of the allow-lists', () => {
  assert.equal(denialOf({ clientIds: [['claude', 'x'], ['claude']] }), undefined)
  assert.deepEqual(denialOf({ clientIds: [['claude'], ['x']] }), {
    reason: 'client_not_allowed',
    step: 'client',
    expected: ['x'],
    actual: ['claude'],
  })
  const expected = ['claude']
  assert.deepEqual(denialOf({ clientIds: [expected] }, { client: undefined }), {
    reason: 'client_not_allowed',
    step: 'client',
    expected,
  })
})

test('scope_insufficient: all that are missing are named', () => {
  assert.deepEqual(denialOf({ scopes: ['a', 'mcp:read', 'b'] }), {
    reason: 'scope_insufficient',
    step: 'scopes',
    missing: ['a', 'b'],
    actual: ['mcp:read'],
  })
  for (const scopes of [['mcp:readwrite'], ['MCP:READ'], ['mcp:read x']]) {
    assert.deepEqual(denialOf({}, { scopes }), {
      reason: 'scope_insufficient',
      step: 'scopes',
      missing: ['mcp:read'],
      actual: scopes,
    })
  }
})

test('a broader scope satisfies those that it implies on the route', () => {
  const scopeImplies = new Map([['mcp:admin', ['mcp:write', 'mcp:read']]])
  const admission = admit(sampleToken({ scopes: ['mcp:admin'] }), sampleRoute({ scopeImplies }), NO_REVOCATIONS)
  assert.equal(chooseWay(admission, sampleToken(), NOW).denial, undefined)
  assert.deepEqual([...admission.scopes], ['mcp:admin', 'mcp:write', 'mcp:read'])
})

test('claim_not_allowed: with the rule and what the claim is', () => {
  const claims = [{ claim: named('groups'), anyOf: ['family'] }]
  assert.equal(denialOf({ claims }, { claims: { groups: ['family'] } }), undefined)
  const shown: readonly [claims: Record<string, unknown>, actual: readonly string[]][] = [
    [{}, ['absent']],
    [{ groups: { secret: 1 } }, ['an object']],
    [{ groups: ['a'] }, ['a']],
    [{ groups: 'b' }, ['b']],
    [{ groups: null }, ['absent']],
  ]
  for (const [sent, actual] of shown) {
    const expected = ['anyOf: family']
    assert.deepEqual(denialOf({ claims }, { claims: sent }), {
      reason: 'claim_not_allowed',
      step: 'claims',
      claim: 'groups',
      expected,
      actual,
    })
  }
})

test('claim_not_allowed: a hint where the issuer says that it left the claim out', () => {
  const claims = [{ claim: named('groups'), anyOf: ['family'] }]
  for (const [sent, hinted] of [
    [{ _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph' } } }, true],
    [{ hasgroups: true }, true],
    [{ hasgroups: 'true' }, true],
    [{ groups: ['a'], _claim_names: { groups: 'src1' } }, false],
    [{ _claim_names: { roles: 'src1' } }, false],
    [{ _claim_names: 'groups' }, false],
    [{ _claim_names: null, hasgroups: false }, false],
  ] as const) {
    const denial = denialOf({ claims }, { claims: sent })
    assert.ok(denial?.reason === 'claim_not_allowed')
    assert.equal(/_claim_names/.test(denial.hint ?? ''), hinted, JSON.stringify(sent))
  }
})

test('the order of an entry: audience, revocation, client, authentication, scopes, claims', () => {
  const authentication = { acr: ['x'], maxAgeSeconds: undefined }
  const entry = { clientIds: [['x']], authentication, scopes: ['x'], claims: [{ claim: named('x'), exists: true }] }
  const sub = new Set(['alice'])
  assert.equal(denialOf({ ...entry, audience: ['x'] }, {}, { sub })?.reason, 'audience_mismatch')
  assert.equal(denialOf(entry, {}, { sub })?.reason, 'token_revoked')
  assert.equal(denialOf(entry)?.reason, 'client_not_allowed')
  assert.equal(denialOf({ ...entry, clientIds: [] })?.reason, 'authentication_insufficient')
  const known = { ...entry, clientIds: [], authentication: undefined }
  assert.equal(denialOf(known)?.reason, 'scope_insufficient')
  assert.equal(denialOf({ ...known, scopes: [] })?.reason, 'claim_not_allowed')
})

test('several ways in: any will do, and of the refusals the furthest is reported', () => {
  const audience = sampleAccept({ audience: ['x'] })
  const scope = sampleAccept({ scopes: ['x'] })
  const other = sampleAccept({ issuer: sampleIssuer({ name: 'other' }) })
  const outcome = (...accept: (typeof audience)[]) => choose(sampleRoute({ accept })).denial?.reason
  assert.equal(outcome(audience, scope, sampleAccept()), undefined)
  assert.equal(outcome(audience, scope), 'scope_insufficient')
  assert.equal(outcome(scope, audience), 'scope_insufficient')
  assert.equal(outcome(scope, other), 'scope_insufficient')
})

test('a remembered admission: the way in closes when the login is too old for it, and the next one opens', () => {
  const recent = sampleAccept({ authentication: { acr: undefined, maxAgeSeconds: 900 }, scopes: [] })
  const [strict, scoped] = [sampleAccept({ scopes: ['x'] }), sampleAccept()]
  const token = sampleToken({ claims: { auth_time: NOW - 900 } })
  const admission = admit(token, sampleRoute({ accept: [strict, recent, scoped] }), NO_REVOCATIONS)
  assert.deepEqual(chooseWay(admission, token, NOW), { entry: recent, denial: undefined })
  assert.deepEqual(chooseWay(admission, token, NOW + 31), { entry: scoped, denial: undefined })
  const alone = admit(token, sampleRoute({ accept: [recent] }), NO_REVOCATIONS)
  assert.equal(chooseWay(alone, token, NOW + 30).denial, undefined)
  assert.equal(chooseWay(alone, token, NOW + 31).denial?.reason, 'authentication_insufficient')
})

test('of several refusals at one step the first is reported', () => {
  const accept = ['first', 'second'].map((audience) => sampleAccept({ audience: [audience] }))
  const { denial } = choose(sampleRoute({ accept }))
  assert.deepEqual(denial?.reason === 'audience_mismatch' && denial.expected, ['first'])
})

test('internal_error: a token of an issuer that no way in names is never admitted', () => {
  const accept = [sampleAccept({ issuer: sampleIssuer({ name: 'other' }) })]
  assert.deepEqual(choose(sampleRoute({ accept })).denial, {
    reason: 'internal_error',
    step: 'end',
  })
})

test('time: each edge with the tolerance, and one second beyond', () => {
  const at = (token: Parameters<typeof sampleToken>[0]) => checkTime(sampleToken(token), NOW)
  assert.equal(at({ expiresAt: NOW - 29 }), undefined)
  assert.deepEqual(at({ expiresAt: NOW - 30 }), { reason: 'token_expired', step: 'time', secondsPast: 30 })
  for (const claim of ['nbf', 'iat'] as const) {
    const member = claim === 'nbf' ? 'notBefore' : 'issuedAt'
    assert.equal(at({ [member]: NOW + 30 }), undefined)
    assert.deepEqual(at({ [member]: NOW + 31 }), {
      reason: 'token_not_yet_valid',
      step: 'time',
      claim,
      secondsAhead: 31,
    })
  }
  assert.equal(at({ notBefore: undefined, issuedAt: undefined }), undefined)
  const strict = sampleIssuer({ clockTolerance: 0 })
  assert.deepEqual(at({ issuer: strict, expiresAt: NOW }), { reason: 'token_expired', step: 'time', secondsPast: 0 })
  assert.equal(at({ issuer: strict, expiresAt: NOW + 1 }), undefined)
})

test('token_lifetime_exceeded: exp - iat, or exp - now without iat', () => {
  const issuer = sampleIssuer({ maxTokenLifetime: 600 })
  const at = (issuedAt: number | undefined, expiresAt: number) =>
    checkLifetime(sampleToken({ issuer, issuedAt, expiresAt }), NOW)
  assert.equal(at(NOW - 500, NOW + 100), undefined)
  assert.deepEqual(at(NOW - 501, NOW + 100), {
    reason: 'token_lifetime_exceeded',
    step: 'lifetime',
    limit: 600,
    seconds: 601,
  })
  assert.equal(at(undefined, NOW + 600), undefined)
  assert.deepEqual(at(undefined, NOW + 601), {
    reason: 'token_lifetime_exceeded',
    step: 'lifetime',
    limit: 600,
    seconds: 601,
  })
})

test('rules add scopes and claims; of several the first missing scope is reported before any claim', () => {
  const token = sampleToken({ claims: { groups: ['family'] } })
  const admitted = { token, admission: { scopes: new Set(['mcp:read']) } }
  const claim = sampleRule({ claims: [{ claim: named('groups'), anyOf: ['admins'] }] })
  const scope = sampleRule({ scopes: ['mcp:admin'] })
  assert.equal(checkAdditions(admitted, [], 'rules', NOW), undefined)
  assert.equal(checkAdditions(admitted, [sampleRule({ scopes: ['mcp:read'] })], 'rules', NOW), undefined)
  assert.equal(checkAdditions(admitted, [claim], 'rules', NOW)?.reason, 'claim_not_allowed')
  assert.equal(checkAdditions(admitted, [claim, scope], 'rules', NOW)?.reason, 'scope_insufficient')
  assert.equal(checkAdditions(admitted, [scope], 'mcp', NOW)?.step, 'mcp')
})

test('what rules require of a login is reported before their scopes', () => {
  const token = sampleToken({ claims: { auth_time: NOW - 60 } })
  const admitted = { token, admission: { scopes: new Set<string>() } }
  const scope = sampleRule({ scopes: ['mcp:admin'] })
  const recent = (maxAgeSeconds: number) => sampleRule({ authentication: { acr: undefined, maxAgeSeconds } })
  assert.equal(checkAdditions(admitted, [recent(60)], 'rules', NOW), undefined)
  const denial = checkAdditions(admitted, [scope, recent(60), recent(20)], 'rules', NOW)
  assert.equal(denial?.reason, 'authentication_insufficient')
  assert.equal(denial?.step, 'rules')
})

test('the way in that takes the token is named, else the one that got furthest', () => {
  const other = sampleIssuer({ name: 'other' })
  const elsewhere = sampleAccept({ audience: ['x'] })
  const ofOthers = sampleAccept({ issuer: other })
  const short = sampleAccept({ scopes: ['y'] })
  const good = sampleAccept()
  const entryOf = (...accept: readonly Accept[]) => choose(sampleRoute({ accept })).entry
  assert.equal(entryOf(elsewhere, short, good), good)
  assert.equal(entryOf(elsewhere, short, elsewhere), short)
  assert.equal(entryOf(ofOthers, elsewhere), elsewhere)
  assert.equal(entryOf(ofOthers), undefined)
})
