import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { isPublicKeyAlgorithm } from '../../../src/keys/algorithm-table.ts'
import { type SelectableKey, selectKeys } from '../../../src/keys/key-selection.ts'
import { makeSigningKey } from '../../support/fake-issuer-keys.ts'

const kinds = ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const
const made = new Map(await Promise.all(kinds.map(async (kind) => [kind, await makeSigningKey(kind)] as const)))
const secret: SelectableKey = { kid: undefined, alg: undefined, key: createSecretKey(Buffer.alloc(32, 7)) }

function key(kind: (typeof kinds)[number], kid?: string, alg?: string): SelectableKey {
  const pair = made.get(kind)
  assert.ok(pair !== undefined)
  return { kid, alg, key: pair.publicKey }
}

const one = { RS256: key('RS256'), ES256: key('ES256'), ES384: key('ES384'), ES512: key('ES512'), EdDSA: key('EdDSA') }
const all = [...Object.values(one), secret]

for (const [alg, expected] of [
  ['RS256', one.RS256],
  ['RS384', one.RS256],
  ['RS512', one.RS256],
  ['PS256', one.RS256],
  ['PS384', one.RS256],
  ['PS512', one.RS256],
  ['ES256', one.ES256],
  ['ES384', one.ES384],
  ['ES512', one.ES512],
  ['EdDSA', one.EdDSA],
  ['Ed25519', one.EdDSA],
  ['HS256', secret],
  ['HS384', secret],
  ['HS512', secret],
] as const) {
  test(`RFC 7518 3: ${alg} is verified with its own kind of key and no other`, () => {
    const selected = selectKeys(all, alg, undefined)
    assert.equal(selected.length, 1)
    assert.equal(selected[0], expected)
  })
}

for (const alg of [
  'none',
  'None',
  '',
  'rs256',
  'RS1',
  'ES256K',
  'Ed448',
  'RSA-OAEP',
  'dir',
  '__proto__',
  'constructor',
]) {
  test(`alg "${alg}" fits no key`, () => {
    assert.deepEqual(selectKeys(all, alg, undefined), [])
    assert.equal(isPublicKeyAlgorithm(alg), false)
  })
}

test('HS256 never gets a public key: algorithm confusion', () => {
  assert.deepEqual(selectKeys(Object.values(one), 'HS256', undefined), [])
  assert.equal(isPublicKeyAlgorithm('HS256'), false)
})

test('a private key is never selected', () => {
  const pair = made.get('RS256')
  assert.ok(pair !== undefined)
  assert.deepEqual(selectKeys([{ kid: undefined, alg: undefined, key: pair.privateKey }], 'RS256', undefined), [])
})

test('kid: compared whole, to the character', () => {
  const keys = [key('RS256', 'a'), key('RS256', 'A'), key('RS256', 'ab'), key('RS256', '')]
  assert.deepEqual(selectKeys(keys, 'RS256', 'a'), [keys[0]])
  assert.deepEqual(selectKeys(keys, 'RS256', ''), [keys[3]])
  for (const kid of ['b', 'a ', '__proto__', '../../dev/null', "' OR 1=1 --", '\0', 'x'.repeat(65_536)]) {
    assert.deepEqual(selectKeys(keys, 'RS256', kid), [])
  }
})

test('kid: a key without one does not replace it if others have one', () => {
  assert.deepEqual(selectKeys([key('RS256', 'a'), key('RS256')], 'RS256', 'b'), [])
})

test('kid: says nothing where no key has one (PEM files and secrets)', () => {
  assert.deepEqual(selectKeys(all, 'RS256', 'whatever'), [one.RS256])
  assert.deepEqual(selectKeys(all, 'HS256', 'whatever'), [secret])
})

test('kid: the right one with the wrong type of key fits nothing', () => {
  assert.deepEqual(selectKeys([key('RS256', 'a'), key('ES256', 'b')], 'ES256', 'a'), [])
})

test('J26: every key that shares the kid is a candidate', () => {
  const keys = [key('RS256', 'a'), key('ES256', 'a'), key('RS256', 'a')]
  assert.deepEqual(selectKeys(keys, 'RS256', 'a'), [keys[0], keys[2]])
})

test('J34: without a kid every key of the type is a candidate', () => {
  const keys = Array.from({ length: 20 }, (_, at) => [key('RS256', `rsa-${at}`), key('ES256', `ec-${at}`)])
  assert.deepEqual(
    selectKeys(keys.flat(), 'RS256', undefined),
    keys.map(([rsa]) => rsa),
  )
})

test('RFC 7517 4.4: a key that declares its alg verifies that one only', () => {
  const keys = [key('RS256', 'a', 'RS256')]
  assert.deepEqual(selectKeys(keys, 'RS256', 'a'), keys)
  assert.deepEqual(selectKeys(keys, 'PS256', 'a'), [])
  assert.deepEqual(selectKeys(keys, 'RS512', undefined), [])
})

for (const declared of ['EdDSA', 'Ed25519']) {
  for (const alg of ['EdDSA', 'Ed25519']) {
    test(`J29: a key declared ${declared} verifies a token with ${alg}`, () => {
      const keys = [key('EdDSA', 'a', declared)]
      assert.deepEqual(selectKeys(keys, alg, 'a'), keys)
    })
  }
}
