import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Issuer } from '../../../../src/config/model-issuer.ts'
import { readTokenClaims } from '../../../../src/decision/token/token-claims.ts'
import { NOW, sampleIssuer } from '../sample.ts'

/** SPIFFE-ID §2.3. */
const MAX_BYTES = 2048
const spiffe = 'prod.example.com'

function read(claims: object, issuer: Partial<Issuer>, type: string | undefined = undefined) {
  const result = readTokenClaims({ exp: NOW, ...claims }, type, sampleIssuer(issuer))
  assert.ok(result.ok, JSON.stringify(claims))
  return result.claims
}

function denialOf(claims: object, issuer: Partial<Issuer>, type: string | undefined = undefined) {
  const result = readTokenClaims({ exp: NOW, ...claims }, type, sampleIssuer(issuer))
  assert.ok(!result.ok, JSON.stringify(claims))
  return result.denial
}

test('claim_invalid: sub is not a SPIFFE ID of the trust domain of the issuer', () => {
  for (const path of [
    '/ns/web/sa/agent',
    '/a',
    '/...',
    '/a.b_c-D9',
    `/${'a'.repeat(MAX_BYTES - `spiffe://${spiffe}/`.length)}`,
  ])
    assert.equal(read({ sub: `spiffe://${spiffe}${path}` }, { spiffe }).subject, `spiffe://${spiffe}${path}`)
  const refused = [
    undefined,
    null,
    'agent',
    ...[
      '',
      '/',
      '/a/',
      '//a',
      '/.',
      '/a/../b',
      '/a b',
      '/a%2fb',
      '/a?b',
      '/a#b',
      '/ä',
      '/a\n',
      `/${'a'.repeat(MAX_BYTES - `spiffe://${spiffe}`.length)}`,
    ].map((path) => `spiffe://${spiffe}${path}`),
    `spiffe://test.example.com/a`,
    `spiffe://${spiffe}.evil.example/a`,
    `spiffe://${spiffe}:80/a`,
    `SPIFFE://${spiffe}/a`,
    `https://${spiffe}/a`,
    ` spiffe://${spiffe}/a`,
  ]
  for (const sub of refused) {
    const denial = denialOf({ sub }, { spiffe })
    const problem = 'is not a SPIFFE ID of the trust domain prod.example.com'
    assert.deepEqual(denial, { reason: 'claim_invalid', step: 'token claims', claim: 'sub', problem }, String(sub))
  }
})

test('token_type_not_allowed: JOSE is a type of JWT-SVIDs alone', () => {
  const sub = `spiffe://${spiffe}/a`
  for (const type of [undefined, 'jwt', 'jose']) read({ sub }, { spiffe }, type)
  assert.deepEqual(denialOf({ sub }, {}, 'jose').reason, 'token_type_not_allowed')
  assert.deepEqual(denialOf({ sub }, { spiffe }, 'logout+jwt'), {
    reason: 'token_type_not_allowed',
    step: 'token type',
    expected: ['JWT', 'at+jwt', 'none', 'JOSE'],
    actual: ['logout+jwt'],
  })
})
