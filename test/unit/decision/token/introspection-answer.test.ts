import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Issuer } from '../../../../src/config/model-issuer.ts'
import { verifyAccessToken } from '../../../../src/decision/token/access-token.ts'
import type { Introspect, Introspected } from '../../../../src/decision/token/introspection-answer.ts'
import { MAIN, NOW, sampleIssuer } from '../sample.ts'

const INTROSPECTION = {
  endpoint: undefined,
  clientId: 'gate',
  clientSecret: 'secret',
  file: 'client.secret',
  clientAuthentication: 'client_secret_basic',
  cacheFor: 60,
} as const
const ASKED = sampleIssuer({ name: 'asked', issuer: 'https://asked.example.com', introspection: INTROSPECTION })
const WARRANT = { live: true }

async function verify(answer: Introspected, issuers: readonly Issuer[] = [MAIN, ASKED], token = 'opaque') {
  const asked: string[] = []
  const introspect: Introspect = async (issuer, sent) => {
    asked.push(`${issuer.name} ${sent}`)
    return answer
  }
  const findKeys = () => assert.fail('no key is needed')
  return { verification: await verifyAccessToken(token, issuers, { findKeys, introspect }), asked }
}

const active = (claims: object = {}): Introspected => ({
  kind: 'active',
  claims: { sub: 'alice', exp: NOW, ...claims },
  validity: WARRANT,
})

async function denialOf(answer: Introspected) {
  const { verification } = await verify(answer)
  return verification.ok ? assert.fail('it is accepted') : verification
}

test('an active token rests on the word of the issuer that introspects', async () => {
  const { verification, asked } = await verify(active({ iss: ASKED.issuer, token_type: 'bearer' }))
  assert.ok(verification.ok)
  assert.deepEqual(asked, ['asked opaque'])
  assert.equal(verification.token.issuer, ASKED)
  assert.equal(verification.token.validity, WARRANT)
})

test('requireTyp is about JWTs: an answer has no header', async () => {
  const strict = { ...ASKED, requireTyp: 'at+jwt' }
  assert.ok((await verify(active(), [strict])).verification.ok)
})

test('no issuer is asked about a JWT, or if none introspects', async () => {
  assert.deepEqual((await verify(active(), [MAIN])).asked, [])
  for (const token of [
    'eyJhbGciOiJub25lIn0.e30.',
    'eyJhbGciOiJub25lIn0',
    'eyJhbGciOiJkaXIifQ..AA.AA.AA',
    'no token68',
  ]) {
    const { verification, asked } = await verify(active(), [ASKED], token)
    assert.ok(!verification.ok)
    assert.deepEqual(asked, [], token)
  }
})

test('not active, and no issuer to ask', async () => {
  const inactive = await denialOf({ kind: 'inactive' })
  assert.deepEqual(inactive, {
    ok: false,
    form: 'opaque',
    denial: { reason: 'token_revoked', step: 'issuer', by: 'introspection' },
  })
  const unavailable = await denialOf({ kind: 'unavailable' })
  assert.deepEqual(unavailable, {
    ok: false,
    form: 'opaque',
    denial: { reason: 'introspection_unavailable', step: 'issuer' },
  })
  const crowded = await denialOf({ kind: 'crowded' })
  assert.deepEqual(crowded.denial, {
    reason: 'introspection_unavailable',
    step: 'issuer',
    cause: 'too_many_questions',
  })
})

test('what no answer about an access token of this issuer says', async () => {
  const REFUSED: readonly (readonly [claims: object, reason: string])[] = [
    [{ iss: `${ASKED.issuer}/` }, 'issuer_untrusted'],
    [{ iss: '' }, 'issuer_untrusted'],
    [{ iss: false }, 'issuer_untrusted'],
    [{ exp: null }, 'claim_invalid'],
    [{ token_type: 'DPoP' }, 'token_type_not_allowed'],
    [{ token_type: 'refresh_token' }, 'token_type_not_allowed'],
    [{ token_type: 'dpop' }, 'token_type_not_allowed'],
    [{ token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, 'token_type_not_allowed'],
    [{ token_type: ['Bearer', 'refresh'] }, 'token_type_not_allowed'],
    [{ token_use: 'refresh_token' }, 'token_type_not_allowed'],
    [{ tokenType: 'refresh-token' }, 'token_type_not_allowed'],
    [{ type: 'id-token' }, 'token_type_not_allowed'],
    [{ typ: 'Refresh' }, 'token_type_not_allowed'],
    [{ c_hash: 'x' }, 'token_type_not_allowed'],
    [{ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, 'token_type_not_allowed'],
    [{ token_type: 'DPoP', cnf: { jkt: 'x' } }, 'claim_invalid'],
    [{ exp: 'soon' }, 'claim_invalid'],
    [{ cnf: {} }, 'claim_invalid'],
  ]
  for (const [claims, reason] of REFUSED) {
    const { denial, issuer } = await denialOf(active(claims))
    assert.equal(denial.reason, reason, JSON.stringify(claims))
    assert.equal(issuer, ASKED, 'it is remembered, so that the endpoint is not asked again immediately')
  }
  const taken = [
    ...[
      { token_type: 'Bearer' },
      { token_type: 'access_token' },
      { token_use: 'access_token' },
      { token_type: null },
      { iss: null },
      { cnf: null, sub: null },
    ],
    ...[{ token_type: 'N_A' }, { type: 'app' }, { token_type: 'urn:ietf:params:oauth:token-type:access_token' }],
  ]
  for (const claims of taken) {
    assert.ok((await verify(active(claims))).verification.ok)
  }
})
