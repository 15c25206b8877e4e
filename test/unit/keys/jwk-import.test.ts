import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { test } from 'node:test'
import { importJwkSet, MAX_KEYS } from '../../../src/keys/jwk-import.ts'
import { makeSigningKey } from '../../support/fake-issuer-keys.ts'

const rsa = await makeSigningKey('RS256', 'rsa')
const ec = await makeSigningKey('ES256', 'ec')
const ed = await makeSigningKey('EdDSA', 'ed')
const jwkOf = (options: { bits: number }): JsonWebKey =>
  generateKeyPairSync('rsa', { modulusLength: options.bits }).publicKey.export({ format: 'jwk' })
const privateRsa = rsa.privateKey.export({ format: 'jwk' })
/** Parsed, as nothing else makes a value of that depth. */
const nested = (open: string, levels: number): unknown =>
  JSON.parse(`${open.repeat(levels)}1${(open === '[' ? ']' : '}').repeat(levels)}`)
const { alg: _alg, use: _use, ...bareRsa } = rsa.jwk

test('RSA, EC and OKP keys are imported with kid and alg', () => {
  const result = importJwkSet({ keys: [rsa.jwk, ec.jwk, ed.jwk, bareRsa] })
  assert.ok(result.ok)
  assert.deepEqual(result.skipped, [])
  assert.deepEqual(
    result.keys.map(({ kid, alg, key }) => [kid, alg, key.asymmetricKeyType, key.type]),
    [
      ['rsa', 'RS256', 'rsa', 'public'],
      ['ec', 'ES256', 'ec', 'public'],
      ['ed', 'EdDSA', 'ed25519', 'public'],
      ['rsa', undefined, 'rsa', 'public'],
    ],
  )
  assert.ok(result.keys[0]?.key.equals(rsa.publicKey))
})

for (const [alg, fits] of [
  ['ES384', 'ES384'],
  ['ES512', 'ES512'],
] as const) {
  test(`a key for ${alg} is imported`, async () => {
    const result = importJwkSet({ keys: [(await makeSigningKey(fits)).jwk] })
    assert.equal(result.ok, true)
  })
}

for (const [what, jwk, reason] of [
  ['oct', { kty: 'oct', kid: 'odd', k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75' }, /shared secret/],
  [
    'oct that claims to be for RS256',
    { kty: 'oct', kid: 'odd', alg: 'RS256', k: 'AyM1SysPpbyDfgZld3umj1qz' },
    /shared secret/,
  ],
  ['private RSA', { ...privateRsa, kid: 'odd' }, /private key/],
  ['private EC', { ...ec.privateKey.export({ format: 'jwk' }), kid: 'odd' }, /private key/],
  ['private Ed25519', { ...ed.privateKey.export({ format: 'jwk' }), kid: 'odd' }, /private key/],
  ['use enc', { ...bareRsa, kid: 'odd', use: 'enc' }, /use is "enc"/],
  ['use of a wrong type', { ...bareRsa, kid: 'odd', use: ['sig'] }, /use is/],
  ['key_ops encrypt', { ...bareRsa, kid: 'odd', key_ops: ['encrypt'] }, /key_ops/],
  ['key_ops empty', { ...bareRsa, kid: 'odd', key_ops: [] }, /key_ops/],
  ['key_ops not an array', { ...bareRsa, kid: 'odd', key_ops: 'verify' }, /key_ops/],
  ['alg RSA-OAEP', { ...bareRsa, kid: 'odd', alg: 'RSA-OAEP' }, /alg "RSA-OAEP" is not one/],
  ['alg HS256 on an RSA key', { ...bareRsa, kid: 'odd', alg: 'HS256' }, /alg "HS256" is not one/],
  ['alg none', { ...bareRsa, kid: 'odd', alg: 'none' }, /alg "none" is not one/],
  ['alg of another key type', { ...bareRsa, kid: 'odd', alg: 'ES256' }, /alg "ES256" does not fit/],
  ['alg of another curve', { ...ec.jwk, kid: 'odd', alg: 'ES384' }, /alg "ES384" does not fit/],
  ['alg not a string', { ...bareRsa, kid: 'odd', alg: 256 }, /alg 256/],
  ['RSA 1024 bits', { ...jwkOf({ bits: 1024 }), kid: 'odd' }, /1024 bits, fewer than 2048/],
  ['RSA 2040 bits', { ...jwkOf({ bits: 2040 }), kid: 'odd' }, /2040 bits, fewer than 2048/],
  ['RSA exponent 1', { ...bareRsa, kid: 'odd', e: 'AQ' }, /exponent 1$/],
  ['RSA exponent 2', { ...bareRsa, kid: 'odd', e: 'Ag' }, /exponent 2$/],
  ['RSA exponent 65536', { ...bareRsa, kid: 'odd', e: 'AQAA' }, /exponent 65536$/],
  ['RSA exponent 0', { ...bareRsa, kid: 'odd', e: 'AA' }, /exponent 0$/],
  ['RSA without n', { kty: 'RSA', kid: 'odd', e: 'AQAB' }, /malformed/],
  ['RSA with n a number', { kty: 'RSA', kid: 'odd', n: 5, e: 'AQAB' }, /malformed/],
  [
    'RSA larger than OpenSSL verifies',
    { kty: 'RSA', kid: 'odd', n: Buffer.alloc(2_049, 0xff).toString('base64url'), e: 'AQAB' },
    /more than OpenSSL/,
  ],
  ['EC point off the curve', { ...ec.jwk, kid: 'odd', x: ec.jwk['y'], y: ec.jwk['x'] }, /malformed/],
  ['EC coordinate missing', { kty: 'EC', crv: 'P-256', kid: 'odd', x: ec.jwk['x'] }, /malformed/],
  [
    'EC curve secp256k1',
    { ...generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' }), kid: 'odd' },
    /crv "secp256k1"/,
  ],
  ['EC curve unknown', { ...ec.jwk, kid: 'odd', crv: 'P-999' }, /crv "P-999"/],
  ['EC of another curve than its point', { ...ec.jwk, kid: 'odd', alg: undefined, crv: 'P-384' }, /malformed/],
  ['Ed448', { ...generateKeyPairSync('ed448').publicKey.export({ format: 'jwk' }), kid: 'odd' }, /crv "Ed448"/],
  ['X25519', { ...generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }), kid: 'odd' }, /crv "X25519"/],
  ['Ed25519 cut short', { kty: 'OKP', crv: 'Ed25519', kid: 'odd', x: 'AAAA' }, /malformed/],
  ['kty unknown', { kty: 'LATTICE', kid: 'odd' }, /kty "LATTICE"/],
  ['kty in lower case', { ...bareRsa, kid: 'odd', kty: 'rsa' }, /kty "rsa"/],
  ['kty missing', { kid: 'odd' }, /kty missing/],
  ['kid a number', { ...bareRsa, kid: 7 }, /kid is not a string/],
  ['kid a list', { ...bareRsa, kid: ['odd'] }, /kid is not a string/],
  ['kty null', { ...bareRsa, kid: 'odd', kty: null }, /kty missing/],
  ['n null', { ...bareRsa, kid: 'odd', n: null }, /malformed: n or e is missing/],
  ...['p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].map(
    (member) =>
      [`the private member ${member} alone`, { ...bareRsa, kid: 'odd', [member]: 'AQAB' }, /private key/] as const,
  ),
  ['a private member that is empty', { ...bareRsa, kid: 'odd', d: '' }, /private key/],
  ['a private member that is false', { ...bareRsa, kid: 'odd', d: false }, /private key/],
  ...['use', 'alg', 'crv', 'kid'].flatMap((member) =>
    ['[', '{"a":'].map(
      (open) =>
        [
          `${member} nested 100,000 levels deep with ${open}`,
          { ...ed.jwk, kid: 'odd', [member]: nested(open, 100_000) },
          member === 'kid' ? /kid is not a string/ : /(a list|an object)/,
        ] as const,
    ),
  ),
  ['null', null, /not an object/],
  ['a string', 'key', /not an object/],
  ['an array', [], /not an object/],
] as const) {
  test(`odd key skipped alone: ${what}`, () => {
    const result = importJwkSet({ keys: [rsa.jwk, jwk, ec.jwk] })
    assert.ok(result.ok)
    assert.deepEqual(
      result.keys.map((key) => key.kid),
      ['rsa', 'ec'],
    )
    assert.equal(result.skipped.length, 1)
    assert.match(result.skipped[0]?.reason ?? '', reason)
  })
}

for (const [what, jwk] of [
  ['RSA', bareRsa],
  ['EC', ec.jwk],
  ['OKP', ed.jwk],
] as const) {
  test(`a member that is null is absent: ${what} with every optional and private member null`, () => {
    const optional = ['kid', 'use', 'alg', 'key_ops', 'x5c', 'x5t', 'x5t#S256', 'x5u', 'ext', 'exp', 'nbf']
    const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']
    const nulls = Object.fromEntries([...optional, ...secret].map((member) => [member, null]))
    const result = importJwkSet({ keys: [{ ...jwk, ...nulls }] })
    assert.deepEqual(result.skipped, [])
    assert.ok(result.ok)
    assert.deepEqual([result.keys[0]?.kid, result.keys[0]?.alg], [undefined, undefined])
  })
}

test('RSA exponent 3 and key_ops verify are fine', () => {
  const three = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey.export({
    format: 'jwk',
  })
  assert.equal(importJwkSet({ keys: [three] }).ok, true)
  assert.equal(importJwkSet({ keys: [{ ...bareRsa, key_ops: ['sign', 'verify'], use: 'sig' }] }).ok, true)
})

test('members that are not of the public key do not steer the import', () => {
  const result = importJwkSet({
    keys: [{ ...bareRsa, ext: false, x5c: ['nonsense'], x5u: 'http://169.254.169.254/', crv: 'P-256' }],
  })
  assert.ok(result.ok)
  assert.ok(result.keys[0]?.key.equals(createPublicKey({ key: bareRsa, format: 'jwk' })))
})

test('J26: keys that share a kid are all kept', () => {
  const result = importJwkSet({ keys: [rsa.jwk, { ...ec.jwk, kid: 'rsa' }] })
  assert.ok(result.ok)
  assert.deepEqual(
    result.keys.map((key) => key.kid),
    ['rsa', 'rsa'],
  )
})

test(`keys after the first ${MAX_KEYS} are ignored and counted`, () => {
  const result = importJwkSet({
    keys: Array.from({ length: MAX_KEYS + 5 }, (_, index) => ({ ...ed.jwk, kid: `${index}` })),
  })
  assert.ok(result.ok)
  assert.equal(result.keys.length, MAX_KEYS)
  assert.deepEqual(result.skipped, [{ kid: undefined, reason: '5 keys after the first 100 are ignored' }])
})

for (const document of [
  undefined,
  null,
  [],
  {},
  { keys: null },
  { keys: {} },
  { keys: 'x' },
  { Keys: [rsa.jwk] },
  [rsa.jwk],
  rsa.jwk,
]) {
  test(`not a JWK Set: ${JSON.stringify(document)?.slice(0, 40)}`, () => {
    const result = importJwkSet(document)
    assert.ok(!result.ok)
    assert.match(result.reason, /not a JWK Set/)
  })
}

test('an empty set is a failure', () => {
  const result = importJwkSet({ keys: [] })
  assert.ok(!result.ok)
  assert.match(result.reason, /empty/)
})

test('a wholly unusable set is a failure that says why, key by key', () => {
  const result = importJwkSet({
    keys: [{ kty: 'oct', kid: 'a', k: 'AA' }, { ...bareRsa, kid: 'b', use: 'enc' }, 1, 2, 3],
  })
  assert.ok(!result.ok)
  assert.match(result.reason, /no usable key: "a": a shared secret.*; "b": use is "enc".*; not an object; and 2 more/)
})

test('a kid in a reason is escaped and capped', () => {
  const result = importJwkSet({ keys: [rsa.jwk, { kty: 'oct', kid: `\n\u001b[31m${'x'.repeat(65_536)}` }] })
  const kid = result.skipped[0]?.kid ?? ''
  assert.ok(kid.length <= 101)
  assert.match(kid, /^\\n\\u001b\[31mx+…$/)
})

test('the kid of a skipped key is shown escaped, without the quotes around it', () => {
  const { skipped } = importJwkSet({ keys: [{ kty: 'LATTICE', kid: '"o"d\n' }] })
  assert.deepEqual(
    skipped.map(({ kid }) => kid),
    ['\\"o\\"d\\n'],
  )
})
