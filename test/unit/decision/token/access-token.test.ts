import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { verifyAccessToken } from '../../../../src/decision/token/access-token.ts'
import type { FindKeys, KeyAnswer, VerificationKey } from '../../../../src/decision/token/keys.ts'
import { makeSigningKey, type SigningKey, signToken } from '../../../support/fake-issuer-keys.ts'
import { MAIN, NOBODY_INTROSPECTS, NOW, sampleIssuer } from '../sample.ts'

let key: SigningKey
let other: SigningKey

before(async () => {
  key = await makeSigningKey('ES256', 'one')
  other = await makeSigningKey('ES256', 'one')
})

const publish = ({ kid, publicKey }: SigningKey): VerificationKey => ({
  kid,
  alg: undefined,
  key: publicKey,
  live: true,
})
const sign = (claims: object = {}, header: object = {}, by = key) =>
  signToken({ alg: 'ES256', kid: 'one', ...header }, { iss: MAIN.issuer, exp: NOW, ...claims }, 'ES256', by.privateKey)

async function outcomeOf(token: string, answers: Record<string, KeyAnswer>, issuers = [MAIN]) {
  const asked: string[] = []
  const findKeys: FindKeys = (issuer, alg, kid) => {
    asked.push(`${issuer.name} ${alg} ${kid}`)
    return answers[issuer.name] ?? 'unavailable'
  }
  const verification = await verifyAccessToken(token, issuers, { findKeys, introspect: NOBODY_INTROSPECTS })
  return { verification, asked, denial: verification.ok ? undefined : verification.denial }
}

test('a good token, with the key that verified it and its issuer', async () => {
  const keys = [publish(other), publish(key)]
  const { verification, asked } = await outcomeOf(sign(), { main: keys })
  assert.ok(verification.ok)
  assert.equal(verification.token.validity, keys[1])
  assert.equal(verification.token.issuer, MAIN)
  assert.equal(verification.token.expiresAt, NOW)
  assert.deepEqual(asked, ['main ES256 one'])
})

test('no key is asked for before syntax, issuer and algorithm hold', async () => {
  for (const token of ['eyJ', sign({ iss: 'https://evil.example' }), sign({}, { alg: 'none' })]) {
    assert.deepEqual((await outcomeOf(token, { main: [publish(key)] })).asked, [])
  }
})

test('issuer_untrusted: with the only difference where there is one', async () => {
  const hints: readonly [iss: unknown, hint: string | undefined][] = [
    ['https://id.example.com/', 'differs from issuers.main only by a trailing slash'],
    ['HTTPS://ID.example.com', 'differs from issuers.main only by upper and lower case'],
    ['http://id.example.com', 'differs from issuers.main only by http against https'],
    ['https://id.example.com.evil', undefined],
    ['https://ic.example.com', undefined],
  ]
  for (const [iss, hint] of hints) {
    const { denial } = await outcomeOf(sign({ iss }), {}, [sampleIssuer({ name: 'x', issuer: 'https://x' }), MAIN])
    assert.deepEqual(denial, {
      reason: 'issuer_untrusted',
      step: 'issuer',
      unverifiedIssuer: iss,
      ...(hint === undefined ? {} : { hint }),
    })
  }
  for (const [issuer, difference] of [
    ['https://id.example.com/', 'a trailing slash'],
    ['https://ID.example.com', 'upper and lower case'],
  ] as const) {
    const { denial } = await outcomeOf(sign(), {}, [sampleIssuer({ issuer })])
    assert.equal(
      denial?.reason === 'issuer_untrusted' && denial.hint,
      `differs from issuers.main only by ${difference}`,
    )
  }
  for (const iss of [undefined, 1, ['https://id.example.com']]) {
    const { denial: missing } = await outcomeOf(sign({ iss }), {})
    assert.deepEqual(missing, { reason: 'issuer_untrusted', step: 'issuer', hint: 'the token has no iss claim' })
  }
})

test('algorithm_not_allowed: not one of the issuer, compared exactly', async () => {
  for (const alg of ['none', 'None', 'HS256', 'es256', 'PS256']) {
    const expected = ['RS256', 'ES256']
    const { denial } = await outcomeOf(sign({}, { alg }), { main: [publish(key)] })
    const hint = 'signed with a shared secret; select a signing key at the provider, or use secretFile'
    const hinted = alg === 'HS256' ? { hint } : {}
    assert.deepEqual(denial, {
      reason: 'algorithm_not_allowed',
      step: 'algorithm',
      expected,
      unverifiedAlgorithm: alg,
      ...hinted,
    })
  }
})

test('algorithm_not_allowed: of a refresh token with HS512, no hint at the signing key of the provider', async () => {
  for (const claims of [{ typ: 'Refresh' }, { typ: 'Offline' }, { type: 'refresh-token' }, { token_use: 'id' }]) {
    const { denial } = await outcomeOf(sign(claims, { alg: 'HS512' }), { main: [publish(key)] })
    assert.ok(denial?.reason === 'algorithm_not_allowed')
    assert.equal(denial.hint, 'not an access token, by what its payload says; send the access token')
  }
})

test('key_unknown and keys_unavailable: as the key set answers', async () => {
  const unknown = await outcomeOf(sign({}, { kid: 'a\nb' }), { main: 'unknown' })
  const shown = { unverifiedAlgorithm: 'ES256', unverifiedKeyId: 'a\\u000ab' }
  assert.deepEqual(unknown.denial, { reason: 'key_unknown', step: 'key', ...shown })
  const withoutKid = await outcomeOf(sign({}, { kid: undefined }), { main: 'unknown' })
  assert.deepEqual(withoutKid.denial, { reason: 'key_unknown', step: 'key', unverifiedAlgorithm: 'ES256' })
  assert.deepEqual((await outcomeOf(sign(), {})).denial, { reason: 'keys_unavailable', step: 'key' })
  const awaited = await outcomeOf(sign(), { main: 'awaited' })
  assert.partialDeepStrictEqual(awaited.denial, { reason: 'keys_unavailable', step: 'key', cause: 'unknown_kid' })
})

test('signature_invalid: another key, another payload, or a key that does not fit at all', async () => {
  const rsa = await makeSigningKey('RS256')
  const [header = '', payload = '', signature = ''] = sign().split('.')
  const [, raised = ''] = sign({ sub: 'admin' }).split('.')
  assert.deepEqual((await outcomeOf(sign({}, {}, other), { main: [publish(key)] })).denial, {
    reason: 'signature_invalid',
    step: 'signature',
    keyId: 'one',
  })
  for (const token of [`${header}.${raised}.${signature}`, `${header}.${payload}.AAAA`]) {
    assert.equal((await outcomeOf(token, { main: [publish(key)] })).denial?.reason, 'signature_invalid')
  }
  const misfit = [{ ...publish(rsa), kid: undefined }]
  assert.deepEqual((await outcomeOf(sign(), { main: misfit })).denial, {
    reason: 'signature_invalid',
    step: 'signature',
  })
})

test('a token without kid is tried against 16 keys of its type, and no more', async () => {
  const strangers = (count: number) => Array.from({ length: count }, () => publish(other))
  const token = sign({}, { kid: undefined })
  const thirteen = await outcomeOf(token, { main: [...strangers(12), publish(key)] })
  assert.ok(thirteen.verification.ok)
  assert.ok((await outcomeOf(token, { main: [...strangers(15), publish(key)] })).verification.ok)
  const leftOut = await outcomeOf(token, { main: [...strangers(16), publish(key)] })
  assert.deepEqual(leftOut.denial, {
    reason: 'signature_invalid',
    step: 'signature',
    leftOut: 1,
    hint: 'the key may be one of those left out; a kid in the token names it',
  })
  assert.deepEqual((await outcomeOf(token, { main: strangers(16) })).denial, {
    reason: 'signature_invalid',
    step: 'signature',
  })
})

test('the issuer is named as soon as the signature held, also if a claim does not', async () => {
  const { verification } = await outcomeOf(sign({ exp: 'soon' }), { main: [publish(key)] })
  assert.ok(!verification.ok)
  assert.equal(verification.denial.reason, 'claim_invalid')
  assert.equal(verification.issuer, MAIN)
})

test('issuers that share an iss are tried in order, each with its own keys; missing keys weigh most', async () => {
  const second = sampleIssuer({ name: 'second' })
  const es384 = sampleIssuer({ name: 'third', algorithms: ['ES384'] })
  const both = [MAIN, second]
  const mine = [publish(key)]
  const good = await outcomeOf(sign(), { main: [publish(other)], second: mine }, both)
  assert.ok(good.verification.ok && good.verification.token.issuer === second)
  const reason = async (answers: Record<string, KeyAnswer>, issuers = both) =>
    (await outcomeOf(sign({}, {}, other), answers, issuers)).denial?.reason
  assert.equal(await reason({ main: mine, second: 'unavailable' }), 'keys_unavailable')
  assert.equal(await reason({ main: 'unavailable', second: mine }), 'keys_unavailable')
  assert.equal(await reason({ main: 'unknown', second: mine }), 'signature_invalid')
  assert.equal(await reason({ main: 'unknown' }, [MAIN, es384]), 'key_unknown')
  assert.equal(await reason({}, [es384]), 'algorithm_not_allowed')
})
