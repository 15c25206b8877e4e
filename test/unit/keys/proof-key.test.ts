import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { importProofKey, proofKeyFits, readProofJwk } from '../../../src/keys/proof-key.ts'
import { makeSigningKey } from '../../support/fake-issuer-keys.ts'

test('the thumbprint is that of RFC 7638', async () => {
  for (const alg of ['ES256', 'ES384', 'ES512', 'EdDSA', 'RS256']) {
    const { jwk } = await makeSigningKey(alg)
    const read = readProofJwk(jwk)
    assert.ok(typeof read === 'object')
    assert.equal(read.thumbprint, await calculateJwkThumbprint(jwk as JWK), alg)
    assert.equal(read.alg, alg)
    assert.equal(typeof importProofKey(read), 'object')
  }
})

test('RSA keys have 2,048 to 4,096 bits and a usual exponent', () => {
  const rsa = (bits: number, e = 'AQAB') => {
    const modulus = Buffer.alloc(bits / 8, 0xff)
    const read = readProofJwk({ kty: 'RSA', n: modulus.toString('base64url'), e })
    const key = typeof read === 'string' ? read : importProofKey(read)
    return typeof key === 'string' ? key : 'taken'
  }
  assert.equal(rsa(4096), 'taken')
  assert.equal(rsa(4104), 'RSA with more than 4096 bits')
  assert.equal(rsa(65_536), 'RSA with more than 4096 bits')
  assert.equal(rsa(2048), 'taken')
  assert.equal(rsa(2040), 'RSA with 2040 bits, fewer than 2048')
  assert.equal(rsa(2048, 'AQ'), 'RSA with the exponent 1')
  assert.equal(rsa(2048, '_____w'), 'taken')
  assert.equal(rsa(2048, 'AQAAAAE'), 'RSA with an exponent of more than 32 bits')
})

test('a key that declares an algorithm fits proofs of that algorithm', async () => {
  const { jwk } = await makeSigningKey('ES256')
  for (const [alg, fits] of [
    ['ES256', true],
    ['ES384', false],
    [undefined, true],
  ] as const) {
    const read = readProofJwk({ ...jwk, alg })
    const key = typeof read === 'object' && importProofKey(read)
    assert.ok(typeof read === 'object' && typeof key === 'object')
    assert.equal(proofKeyFits(read, key, 'ES256'), fits, String(alg))
  }
})

test('either coordinate of a point may be too long', () => {
  const long = 'A'.repeat(89)
  for (const point of [
    { x: long, y: 'AAAA' },
    { x: 'AAAA', y: long },
  ]) {
    assert.equal(readProofJwk({ kty: 'EC', crv: 'P-256', ...point }), 'a coordinate is too long')
  }
})

test('a point that is not on its curve is not a key', () => {
  const read = readProofJwk({ kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' })
  assert.equal(typeof read === 'object' && importProofKey(read), 'malformed: not a key of its type')
})
