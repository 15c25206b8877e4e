import assert from 'node:assert/strict'
import { constants, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { CompactSign, compactVerify } from 'jose'
import { signatureHolds } from '../../../../src/decision/token/signature.ts'

const OURS = generateKeyPairSync('rsa', { modulusLength: 2048 })
const OTHERS = generateKeyPairSync('rsa', { modulusLength: 3072 })
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const signed = (alg: string, { privateKey } = OURS) =>
  new CompactSign(Buffer.from('{}')).setProtectedHeader({ alg }).sign(privateKey)

/** What jose says, whose answer ours has to be. */
const byJose = (token: string, alg: string, { publicKey } = OURS) =>
  compactVerify(token, publicKey, { algorithms: [alg] }).then(
    () => true,
    () => false,
  )

for (const alg of ['RS256', 'RS384', 'RS512']) {
  test(`${alg}: whatever becomes of the signature, the answer is jose's, and comes immediately`, async () => {
    const token = await signed(alg)
    const [header = '', payload = '', signature = ''] = token.split('.')
    const bytes = Buffer.from(signature, 'base64url')
    const withSignature = (changed: Buffer) => `${header}.${payload}.${changed.toString('base64url')}`
    const flipped = Array.from({ length: bytes.length }, (_, at) => {
      const copy = Buffer.from(bytes)
      copy[at] = (copy[at] ?? 0) ^ 1
      return withSignature(copy)
    })
    const pss = { key: OURS.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }
    const bad = [
      ...flipped,
      ...[bytes.subarray(1), Buffer.concat([Buffer.alloc(1), bytes]), Buffer.alloc(256), Buffer.alloc(1)].map(
        withSignature,
      ),
      withSignature(sign(`sha${alg.slice(2)}`, Buffer.from(`${header}.${payload}`), pss)),
      withSignature(sign('sha1', Buffer.from(`${header}.${payload}`), OURS.privateKey)),
      `${header}.${Buffer.from('{"sub":"admin"}').toString('base64url')}.${signature}`,
      await signed(alg, OTHERS),
    ]
    assert.equal(signatureHolds(token, OURS.publicKey, alg), true)
    assert.equal(await byJose(token, alg), true)
    for (const forged of bad) {
      assert.equal(signatureHolds(forged, OURS.publicKey, alg), false)
      assert.equal(await byJose(forged, alg), false)
    }
  })
}

test('EdDSA: whatever becomes of the signature, and whatever the key is, the answer is that of jose', async () => {
  const ED = generateKeyPairSync('ed25519')
  const token = await signed('EdDSA', ED)
  const end = token.lastIndexOf('.') + 1
  const bytes = Buffer.from(token.slice(end), 'base64url')
  const withSignature = (changed: Buffer) => token.slice(0, end) + changed.toString('base64url')
  const flipped = Array.from(bytes, (byte, at) => withSignature(Buffer.from(bytes.with(at, byte ^ 1))))
  const resized = [bytes.subarray(1), Buffer.concat([bytes, Buffer.alloc(1)]), Buffer.alloc(64), Buffer.alloc(0)]
  const bad = [...flipped, ...resized.map(withSignature), await signed('EdDSA', generateKeyPairSync('ed25519'))]
  for (const alg of ['EdDSA', 'Ed25519']) assert.equal(await signatureHolds(token, ED.publicKey, alg), true)
  for (const forged of bad) {
    assert.equal(await signatureHolds(forged, ED.publicKey, 'EdDSA'), false)
    assert.equal(await byJose(forged, 'EdDSA', ED), false)
  }
  assert.equal(await signatureHolds(token, ED.publicKey, 'ES256'), false)
  assert.equal(await signatureHolds(token, EC.publicKey, 'EdDSA'), false)
  assert.equal(await signatureHolds(token, OURS.publicKey, 'EdDSA'), false)
})

test('the algorithm decides the hash, whatever the header of the token says', async () => {
  for (const [alg, other] of [
    ['RS256', 'RS512'],
    ['RS512', 'RS256'],
    ['RS384', 'RS256'],
  ] as const) {
    assert.equal(signatureHolds(await signed(alg), OURS.publicKey, other), false)
  }
})

test('everything else is left to jose', async () => {
  assert.equal(await signatureHolds(await signed('PS256'), OURS.publicKey, 'PS256'), true)
  assert.equal(await signatureHolds(await signed('PS256'), OTHERS.publicKey, 'PS256'), false)
  assert.equal(await signatureHolds(await signed('ES256', EC), EC.publicKey, 'ES256'), true)
  assert.equal(await signatureHolds(await signed('ES256', EC), OURS.publicKey, 'ES256'), false)
})
