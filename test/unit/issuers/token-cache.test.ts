import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Denial } from '../../../src/decision/denial.ts'
import type { Assessment } from '../../../src/decision/token/assessed-token.ts'
import { createTokenCache, type LookupResult } from '../../../src/issuers/token-cache.ts'
import { SAMPLE_KEY, sampleIssuer, sampleRoute, sampleToken } from '../decision/sample.ts'

const ROUTE = sampleRoute()
const OTHER = sampleRoute({ name: 'other' })

function good(key = SAMPLE_KEY): Assessment {
  const admission = { ways: [], scopes: new Set<string>() }
  return {
    ok: true,
    form: 'jwt',
    token: sampleToken({ validity: key }),
    admission,
    identity: { ok: true, headers: [] },
  }
}

/** A cache in front of these assessments, each used once. */
function openCache(...assessments: readonly Assessment[]) {
  const lookups: LookupResult[] = []
  const waiting = [...assessments]
  const cache = createTokenCache({
    ...{ entries: 10, bytes: 100_000 },
    assess: async () => waiting.shift() ?? assert.fail('assessed too often'),
    onLookup: (result) => lookups.push(result),
  })
  return { ...cache, lookups }
}

const refused = (denial: Denial): Assessment => ({ ok: false, form: 'jwt', denial })

test('a good token is assessed once for each route', async () => {
  const { assessToken, lookups, size } = openCache(
    good(),
    refused({ reason: 'token_revoked', step: 'revocation', by: 'sub' }),
  )
  for (const _ of [1, 2, 3]) assert.equal((await assessToken('token', ROUTE)).ok, true)
  assert.equal((await assessToken('token', OTHER)).ok, false, 'what one route takes says nothing of another')
  assert.deepEqual(lookups, ['miss', 'hit', 'hit', 'miss'])
  assert.equal(size(), 1)
})

test('it is known by every character: another signature of the same content is another token', async () => {
  const { assessToken } = openCache(good(), refused({ reason: 'signature_invalid', step: 'signature' }))
  assert.equal((await assessToken('header.payload.signature', ROUTE)).ok, true)
  assert.equal((await assessToken('header.payload.signaturE', ROUTE)).ok, false)
})

test('it is forgotten with its key', async () => {
  const key = { ...SAMPLE_KEY, live: true }
  const { assessToken, size } = openCache(
    good(key),
    refused({ reason: 'key_unknown', step: 'key', unverifiedAlgorithm: 'ES256' }),
  )
  assert.equal((await assessToken('token', ROUTE)).ok, true)
  key.live = false
  assert.equal((await assessToken('token', ROUTE)).ok, false)
  assert.equal(size(), 0)
})

for (const denial of [
  { reason: 'keys_unavailable', step: 'key' },
  { reason: 'key_unknown', step: 'key', unverifiedAlgorithm: 'ES256' },
  { reason: 'claim_invalid', step: 'token claims', claim: 'exp', problem: 'is missing' },
] as const) {
  test(`${denial.reason} is not remembered: what was missing may be there now`, async () => {
    const { assessToken, lookups } = openCache(refused(denial), good())
    assert.equal((await assessToken('token', ROUTE)).ok, false)
    assert.equal((await assessToken('token', ROUTE)).ok, true)
    assert.deepEqual(lookups, ['miss', 'miss'])
  })
}

for (const [what, refusal] of [
  ['a bad signature', refused({ reason: 'signature_invalid', step: 'signature' })],
  ['a token that is not active', refused({ reason: 'token_revoked', step: 'revocation', by: 'sub' })],
  [
    'what an issuer signed and no token should say',
    {
      ...{ ok: false, form: 'jwt', issuer: sampleIssuer() },
      denial: { reason: 'claim_invalid', step: 'token claims', claim: 'exp', problem: 'is missing' },
    },
  ],
] as const satisfies readonly (readonly [string, Assessment])[]) {
  test(`${what} is remembered for a moment`, async () => {
    const { assessToken, lookups, size } = openCache(refusal)
    for (const _ of [1, 2]) assert.equal((await assessToken('token', ROUTE)).ok, false)
    assert.deepEqual([lookups, size()], [['miss', 'refused'], 0])
  })
}

test('what comes at the same time is assessed once; an exception reaches all and is not kept', async () => {
  let calls = 0
  const cache = createTokenCache({
    ...{ entries: 10, bytes: 100_000 },
    assess: async () => {
      calls += 1
      if (calls === 1) throw new Error('a bug')
      return good()
    },
    onLookup: () => {},
  })
  const both = [cache.assessToken('token', ROUTE), cache.assessToken('token', ROUTE)]
  for (const one of both) await assert.rejects(async () => one, /a bug/)
  assert.equal((await cache.assessToken('token', ROUTE)).ok, true)
  assert.equal(calls, 2)
})

test('a token takes room by the length of its claims', async () => {
  const { assessToken, size } = openCache(...[1, 2, 3].map(() => good()))
  for (const name of ['a', 'b', 'c']) await assessToken(`header.${name.repeat(12_000)}.signature`, ROUTE)
  assert.equal(size(), 2, 'of 100,000 bytes each takes more than a third')
})

test('an opaque token takes room by what its issuer said of it, however short it is', async () => {
  const claims = { sub: 'alice', groups: 'g'.repeat(9_000) }
  const opaque: Assessment = {
    ...{ ok: true, form: 'opaque', token: sampleToken({ claims }) },
    ...{ admission: { ways: [], scopes: new Set() }, identity: { ok: true, headers: [] } },
  }
  const { assessToken, size } = openCache(opaque, opaque, opaque)
  for (const token of ['a', 'b', 'c']) await assessToken(token, ROUTE)
  assert.equal(size(), 2, 'of 100,000 bytes each takes more than a third')
})
