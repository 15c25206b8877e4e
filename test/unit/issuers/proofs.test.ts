import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProofKeys, createUsedProofs, MAX_USED_PROOFS } from '../../../src/issuers/proofs.ts'
import { readProofJwk } from '../../../src/keys/proof-key.ts'
import { makeClientKey } from '../../support/proof-maker.ts'

test('a key is imported once', async () => {
  const importKey = createProofKeys()
  const { publicJwk } = await makeClientKey()
  const [first, second] = [readProofJwk(publicJwk), readProofJwk(publicJwk)]
  assert.ok(typeof first === 'object' && typeof second === 'object')
  assert.equal(importKey(first), importKey(second))
})

test('what is not a key stays so', () => {
  const importKey = createProofKeys()
  const jwk = readProofJwk({ kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' })
  assert.ok(typeof jwk === 'object')
  for (const _ of [1, 2]) assert.equal(importKey(jwk), 'malformed: not a key of its type')
})

test('a proof is used once, until it is too old anyway', () => {
  const isUsed = createUsedProofs()
  assert.deepEqual(
    [isUsed('key', 'a', 110, 100), isUsed('key', 'a', 110, 100), isUsed('key', 'a', 110, 110)],
    [false, true, true],
  )
  assert.equal(isUsed('other', 'a', 110, 100), false)
  assert.equal(isUsed('key', 'b', 110, 100), false)
  assert.equal(isUsed('key', 'a', 120, 111), false)
})

test('used proofs are bounded', () => {
  const isUsed = createUsedProofs()
  isUsed('key', 'first', 1, 0)
  for (let at = 0; at < MAX_USED_PROOFS; at += 1) isUsed('key', String(at), 1, 0)
  assert.equal(isUsed('key', 'first', 1, 0), false)
  assert.equal(isUsed('key', String(MAX_USED_PROOFS - 1), 1, 0), true)
})
