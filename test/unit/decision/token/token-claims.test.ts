import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Issuer } from '../../../../src/config/model-issuer.ts'
import { readTokenClaims } from '../../../../src/decision/token/token-claims.ts'
import { NOW, sampleIssuer } from '../sample.ts'

type Claims = Record<string, unknown>

function read(claims: Claims, issuer: Partial<Issuer> = {}, type: string | undefined = undefined) {
  const result = readTokenClaims({ exp: NOW, ...claims }, type, sampleIssuer(issuer))
  assert.ok(result.ok, JSON.stringify(claims))
  return result.claims
}

function denialOf(claims: Claims, issuer: Partial<Issuer> = {}, type: string | undefined = undefined) {
  const result = readTokenClaims(claims, type, sampleIssuer(issuer))
  assert.ok(!result.ok, JSON.stringify(claims))
  return result.denial
}

test('every claim that is decided by, of the type that it has', () => {
  const claims = {
    nbf: 1.5,
    iat: -1,
    aud: 'a',
    sub: 's',
    jti: 'j',
    scope: 'b a b',
    scp: ['c', 'a'],
    azp: 'z',
    client_id: 'c',
    cnf: { jkt: 'k'.repeat(43), 'kc-jkt-type': 'DPoP', kid: null },
  }
  assert.deepEqual(read(claims), {
    expiresAt: NOW,
    notBefore: 1.5,
    issuedAt: -1,
    audience: ['a'],
    subject: 's',
    tokenId: 'j',
    keyThumbprint: 'k'.repeat(43),
    unchecked: [],
    scopes: ['b', 'a', 'c'],
    client: 'c',
    clients: ['c', 'z'],
  })
  assert.deepEqual(read({}), {
    expiresAt: NOW,
    notBefore: undefined,
    issuedAt: undefined,
    audience: [],
    subject: undefined,
    tokenId: undefined,
    keyThumbprint: undefined,
    unchecked: [],
    scopes: [],
    client: undefined,
    clients: [],
  })
})

test('claims that ask for a check which is not made are reported, unless they are null or of a shape that asks for none', () => {
  const rows: readonly (readonly [Readonly<Record<string, unknown>>, readonly string[]])[] = [
    [{ status: { status_list: { idx: 0, uri: 'https://id.example.com/statuslists/1' } } }, ['status.status_list']],
    [{ status: { identifier_list: {} } }, ['status']],
    [{ status: { status_list: null } }, ['status']],
    [{ status: null, credentialStatus: null, authorization_details: null, vc: null }, []],
    [{ status: 'active' }, []],
    [{ credentialStatus: [{ type: 'BitstringStatusListEntry' }] }, ['credentialStatus']],
    [{ vc: { credentialStatus: {} } }, ['vc.credentialStatus']],
    [{ vc: { credentialStatus: null } }, []],
    [{ authorization_details: [{ type: 'payment' }] }, ['authorization_details']],
    [{ status: { status_list: {} }, authorization_details: [] }, ['status.status_list', 'authorization_details']],
  ]
  for (const [claims, expected] of rows) assert.deepEqual(read(claims).unchecked, expected)
})

test('token_type_not_allowed: neither absent nor JWT nor at+jwt', () => {
  for (const type of [undefined, 'jwt', 'at+jwt']) read({}, {}, type)
  for (const type of ['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'kb+jwt', 'id_token', 'application/jwt', '']) {
    assert.deepEqual(denialOf({}, {}, type), {
      reason: 'token_type_not_allowed',
      step: 'token type',
      expected: ['JWT', 'at+jwt', 'none'],
      actual: [type],
    })
  }
})

test('token_type_not_allowed: not the one that the issuer requires', () => {
  read({}, { requireTyp: 'at+jwt' }, 'at+jwt')
  for (const type of [undefined, 'jwt']) {
    assert.deepEqual(denialOf({}, { requireTyp: 'at+jwt' }, type), {
      reason: 'token_type_not_allowed',
      step: 'token type',
      expected: ['at+jwt'],
      actual: [type ?? 'none'],
    })
  }
})

test('token_type_not_allowed: the payload says that it is another kind of token', () => {
  read({ typ: 'Bearer' })
  read({ type: 'oauth-access-token' })
  for (const [member, word] of [
    ['typ', 'Offline'],
    ['typ', 'Id'],
    ['type', 'refresh-token'],
    ['tokenType', 'refresh-token'],
    ['token_use', 'id'],
  ] as const) {
    const actual = [`${member} ${word} in the payload`]
    const expected = ['an access token']
    assert.deepEqual(denialOf({ [member]: word }), {
      reason: 'token_type_not_allowed',
      step: 'token type',
      expected,
      actual,
    })
  }
})

test('tokenKinds: ID tokens where they are accepted, refresh tokens nowhere', () => {
  const issuer: Partial<Issuer> = { tokenKinds: ['access', 'id'] }
  read({ typ: 'ID', c_hash: 'x' }, issuer)
  assert.deepEqual(denialOf({ type: 'refresh-token' }, issuer), {
    reason: 'token_type_not_allowed',
    step: 'token type',
    expected: ['an access token', 'an ID token'],
    actual: ['type refresh-token in the payload'],
  })
})

test('claim_invalid: exp is missing, or a time is not a finite number of seconds', () => {
  assert.deepEqual(denialOf({}), { reason: 'claim_invalid', step: 'token claims', claim: 'exp', problem: 'is missing' })
  for (const claim of ['exp', 'nbf', 'iat']) {
    for (const value of ['1', [1], {}, true, Number.POSITIVE_INFINITY, Number.NaN]) {
      assert.deepEqual(denialOf({ exp: NOW, [claim]: value }), {
        reason: 'claim_invalid',
        step: 'token claims',
        claim,
        problem: 'is not a finite number',
      })
    }
    read({ [claim]: 1e11 - 1 })
    assert.equal(denialOf({ exp: NOW, [claim]: 1e11 }).reason, 'claim_invalid')
    assert.deepEqual(denialOf({ exp: NOW, [claim]: NOW * 1000 }), {
      reason: 'claim_invalid',
      step: 'token claims',
      claim,
      problem: 'is in milliseconds; a NumericDate counts seconds',
    })
  }
})

test('claim_invalid: a claim of the wrong type', () => {
  const problems: readonly [claim: string, problem: string, values: readonly unknown[]][] = [
    ['sub', 'is not a string', [1, {}, ['a'], false]],
    ['jti', 'is not a string', [1, {}, ['a'], false]],
    ['aud', 'is neither a string nor a list of strings', [1, {}, ['a', 1], ['a', null], [['a']]]],
    ['scope', 'is neither a string nor a list of strings', [1, {}, ['a', null], true]],
    ['scp', 'is neither a string nor a list of strings', [1, { a: 1 }]],
    ['client_id', 'is not a string', [1, ['a']]],
    ['appid', 'is not a string', [{}]],
    ['cnf', 'is not an object', [false, 'x', []]],
    ['cnf', 'binds the token to a proof that is not checked here', [{}, { jkt: null }, { 'kc-jkt-type': 'DPoP' }]],
    ['cnf', 'has a jkt that is not a thumbprint', [{ jkt: 'a' }, { jkt: 7 }, { jkt: `${'a'.repeat(43)}=` }]],
    ...['x5t#S256', 'jwk', 'jwe', 'jku', 'kid'].map((name): [string, string, readonly unknown[]] => [
      'cnf',
      `binds the token by ${name}, which is not checked here`,
      [{ [name]: 'a' }, { jkt: 'a'.repeat(43), [name]: {} }],
    ]),
  ]
  for (const [claim, problem, values] of problems) {
    for (const value of values) {
      assert.deepEqual(denialOf({ exp: NOW, [claim]: value }), {
        reason: 'claim_invalid',
        step: 'token claims',
        claim,
        problem,
      })
    }
  }
})

test('null is absent, for every claim but exp', () => {
  const optional = ['nbf', 'iat', 'aud', 'sub', 'jti', 'scope', 'scp', 'client_id', 'azp', 'cid', 'appid', 'cnf', 'typ']
  const nulls = Object.fromEntries(optional.map((claim) => [claim, null]))
  assert.deepEqual(read(nulls), read({}))
  assert.deepEqual(read({ ...nulls, azp: 'robot' }).clients, ['robot'])
  assert.deepEqual(denialOf({ exp: null }), {
    reason: 'claim_invalid',
    step: 'token claims',
    claim: 'exp',
    problem: 'is missing',
  })
})

test('scopes: every scope claim of the issuer; strings are split at spaces, list items are not', () => {
  assert.deepEqual(read({ scope: ' a  b ', scp: ['c d', ''] }).scopes, ['a', 'b', 'c d'])
  assert.deepEqual(read({ scope: 'a', permissions: ['p'] }, { scopeClaims: ['permissions'] }).scopes, ['p'])
  assert.deepEqual(read({ 'mcp:read': true }).scopes, [])
})

test('booleanScopes: a claim that is true is a scope, but not one of OpenID Connect', () => {
  const claims = {
    'mcp:read': true,
    'mcp:write': false,
    a: 1,
    b: 'true',
    email_verified: true,
    phone_number_verified: true,
  }
  assert.deepEqual(read({ ...claims, scope: 'x' }, { booleanScopes: true }).scopes, ['x', 'mcp:read'])
})

test('claims that only the prototype has are absent', () => {
  const issuer = { clientClaims: ['constructor'], scopeClaims: ['toString'] }
  assert.equal(read({}, issuer).client, undefined)
  const claims: Claims = JSON.parse('{"__proto__":{"exp":1}}')
  assert.deepEqual(denialOf(claims), {
    reason: 'claim_invalid',
    step: 'token claims',
    claim: 'exp',
    problem: 'is missing',
  })
})

test('any claims: never throws, and what passes has the promised types', () => {
  const members = ['exp', 'nbf', 'iat', 'aud', 'sub', 'jti', 'scope', 'scp', 'azp', 'typ', 'cnf', '__proto__']
  const value = fc.oneof(fc.jsonValue(), fc.integer(), fc.string(), fc.array(fc.string()))
  const claims = fc
    .dictionary(fc.constantFrom(...members), value)
    .map((made): Claims => JSON.parse(JSON.stringify(made)))
  fc.assert(
    fc.property(claims, (made) => {
      const result = readTokenClaims({ exp: NOW, ...made }, undefined, sampleIssuer({ booleanScopes: true }))
      if (!result.ok) return
      const { expiresAt, audience, scopes, clients } = result.claims
      assert.ok(Number.isFinite(expiresAt))
      for (const text of [...audience, ...scopes, ...clients]) assert.equal(typeof text, 'string')
    }),
  )
})
