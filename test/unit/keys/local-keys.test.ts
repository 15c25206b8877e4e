import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { importPem, importSecret } from '../../../src/keys/local-keys.ts'
import { makeSigningKey } from '../../support/fake-issuer-keys.ts'
import { makePrivateCa } from '../../support/fake-issuer-tls.ts'
import { missing } from '../../support/missing-part.ts'

const rsa = await makeSigningKey('RS256')
const ec = await makeSigningKey('ES256')
const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

function refusal(pem: string): string {
  const result = importPem(pem)
  assert.ok(!result.ok)
  return result.reason
}

test('PEM: a public key has no kid and no alg', () => {
  const result = importPem(pemOf(rsa.publicKey))
  assert.ok(result.ok)
  assert.equal(result.keys.length, 1)
  assert.equal(result.keys[0]?.kid, undefined)
  assert.equal(result.keys[0]?.alg, undefined)
  assert.ok(result.keys[0]?.key.equals(rsa.publicKey))
})

test('PEM: several keys in one file, with text around them and CRLF', () => {
  const pkcs1 = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const ed = generateKeyPairSync('ed25519').publicKey
  const result = importPem(`# old\n${pkcs1}\nnew:\n${pemOf(ec.publicKey).replaceAll('\n', '\r\n')}\n${pemOf(ed)}`)
  assert.ok(result.ok)
  assert.deepEqual(
    result.keys.map(({ key }) => key.asymmetricKeyType),
    ['rsa', 'ec', 'ed25519'],
  )
})

test('PEM: a certificate gives its public key', async (t) => {
  const ca = await makePrivateCa()
  if (ca === undefined) return t.skip(missing('openssl', 'certificates are not tested'))
  t.after(() => ca.remove())
  const result = importPem(`${ca.tls.cert}\n${pemOf(rsa.publicKey)}`)
  assert.ok(result.ok)
  assert.ok(result.keys[0]?.key.equals(new X509Certificate(ca.tls.cert).publicKey))
  assert.equal(result.keys.length, 2)
})

for (const [what, type] of [
  ['PKCS#8', 'pkcs8'],
  ['SEC1', 'sec1'],
] as const) {
  test(`PEM: a private key (${what}) refuses the file, also beside a public one`, () => {
    const pem = ec.privateKey.export({ type, format: 'pem' }).toString()
    assert.match(refusal(pem), /holds a private key; only its public half belongs here/)
    assert.match(refusal(`${pemOf(ec.publicKey)}${pem}`), /holds a private key/)
  })
}

test('PEM: an encrypted private key refuses the file', () => {
  const pem = ec.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()
  assert.match(refusal(pem), /holds a private key/)
})

for (const [what, key, reason] of [
  ['RSA 1024 bits', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey, /1024 bits/],
  ['RSA-PSS only', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey, /type rsa-pss/],
  ['Ed448', generateKeyPairSync('ed448').publicKey, /type ed448/],
  ['X25519', generateKeyPairSync('x25519').publicKey, /type x25519/],
  ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey, /on secp256k1/],
] as const) {
  test(`PEM: ${what} is skipped alone`, () => {
    assert.match(refusal(pemOf(key)), reason)
    const result = importPem(`${pemOf(key)}${pemOf(ec.publicKey)}`)
    assert.ok(result.ok)
    assert.equal(result.keys.length, 1)
    assert.match(result.skipped[0]?.reason ?? '', /^block 1: /)
  })
}

test('PEM: malformed and foreign blocks are skipped with their place', () => {
  const broken = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'
  const request = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'
  const result = importPem(`${pemOf(ec.publicKey)}${broken}${request}`)
  assert.ok(result.ok)
  assert.deepEqual(
    result.skipped.map(({ reason }) => reason),
    ['block 2: malformed PUBLIC KEY', 'block 3: CERTIFICATE REQUEST is not a public key or certificate'],
  )
})

test('PEM: a 17th key of one type is reported, not silently never tried', () => {
  const many = Array.from({ length: 17 }, () => pemOf(generateKeyPairSync('ed25519').publicKey))
  const result = importPem([...many, pemOf(ec.publicKey)].join(''))
  assert.ok(result.ok)
  assert.equal(result.keys.length, 17)
  assert.deepEqual(result.skipped, [
    { kid: undefined, reason: 'block 17: more than 16 keys of one type; use a JWK Set with kids' },
  ])
})

for (const pem of ['', 'hello', '{"keys":[]}', '-----BEGIN PUBLIC KEY-----\nAAAA']) {
  test(`PEM: not a PEM file: ${JSON.stringify(pem)}`, () => {
    assert.match(refusal(pem), /not a PEM file/)
  })
}

test('secret: becomes a secret key of its bytes', () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
  const result = importSecret(bytes)
  assert.ok(result.ok)
  assert.equal(result.keys[0]?.key.type, 'secret')
  assert.deepEqual(result.keys[0]?.key.export(), bytes)
})

test('RFC 7518 3.2: a secret shorter than 32 bytes is refused, without showing it', () => {
  const result = importSecret(Buffer.from('hunter2'.repeat(4)))
  assert.ok(!result.ok)
  assert.equal(result.reason, 'the secret has 28 bytes, fewer than 32')
})
