import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { SEVERAL } from '../../../../src/decision/request/header-fields.ts'
import {
  judgeProof,
  MAX_PROOF_CHARACTERS,
  type ProofCheck,
  type ProofDemand,
} from '../../../../src/decision/token/proof.ts'
import { type ImportProofKey, importProofKey } from '../../../../src/keys/proof-key.ts'
import { signTexts } from '../../../support/fake-issuer-keys.ts'
import {
  type ClientKey,
  makeClientKey,
  makeProof,
  PROOF_ALGORITHMS,
  type ProofDraft,
} from '../../../support/proof-maker.ts'
import { NOW } from '../sample.ts'

const URI = 'https://api.example.com/mcp/kubernetes'
const TOKEN = 'a.good.token'
const REQUEST = { method: 'POST', uri: URI, token: TOKEN, now: NOW }

let key: ClientKey
let other: ClientKey

before(async () => {
  key = await makeClientKey()
  other = await makeClientKey()
})

const demand = (changes: Partial<ProofDemand> = {}): ProofDemand => ({
  method: 'POST',
  uris: [URI],
  token: TOKEN,
  thumbprint: key.thumbprint,
  algorithms: PROOF_ALGORITHMS,
  maxAgeSeconds: 300,
  now: NOW,
  ...changes,
})
const make = (draft: ProofDraft = {}) => makeProof(key, REQUEST, draft)
const judge = (
  sent: Parameters<typeof judgeProof>[0],
  changes: Partial<ProofDemand> = {},
  importKey = importProofKey,
) => judgeProof(sent, demand(changes), importKey)

async function assertFault(
  sent: Parameters<typeof judgeProof>[0],
  check: ProofCheck,
  evidence: { expected?: string; actual?: string | RegExp | undefined; hint?: string } = {},
  changes: Partial<ProofDemand> = {},
): Promise<void> {
  const judged = await judge(sent, changes)
  assert.ok(!judged.ok, `${check} passed`)
  assert.equal(judged.check, check, JSON.stringify(judged))
  if (evidence.expected !== undefined) assert.equal(judged.expected.join(), evidence.expected)
  const { actual } = evidence
  if (actual instanceof RegExp) assert.match(judged.actual.join(), actual)
  else if ('actual' in evidence) assert.equal(judged.actual[0], actual)
  assert.equal(judged.hint, evidence.hint)
}

test('a proof of each algorithm holds', async () => {
  for (const alg of [...PROOF_ALGORITHMS, 'Ed25519']) {
    const client = await makeClientKey(alg)
    const judged = await judge(makeProof(client, REQUEST), { thumbprint: client.thumbprint })
    assert.deepEqual(judged, { ok: true, id: 'proof-1', until: NOW + 300 }, alg)
  }
})

test('1: one DPoP field', async () => {
  await assertFault(undefined, 'field', { expected: 'one DPoP field', actual: undefined })
  await assertFault(SEVERAL, 'field', { actual: 'several' })
  await assertFault(`${make()}, ${make()}`, 'syntax')
})

test('2: a well-formed JWT, of a bounded length', async () => {
  for (const text of ['', 'x', 'a.b', make().replace('.', '..'), `${make()}=`, ` ${make()}`])
    await assertFault(text, 'syntax')
  await assertFault('a'.repeat(MAX_PROOF_CHARACTERS + 1), 'syntax', {
    expected: 'at most 8192 characters',
    actual: '8193 characters',
  })
  const padded = (characters: number) => make({ claims: { filler: 'x'.repeat(characters) } })
  const least = ((MAX_PROOF_CHARACTERS - padded(0).length) / 4) * 3
  const longest = [0, 1, 2, 3].map((more) => padded(Math.floor(least) + more))
  for (const proof of longest) assert.equal((await judge(proof)).ok, proof.length <= MAX_PROOF_CHARACTERS)
  assert.ok(longest.some(({ length }) => length > MAX_PROOF_CHARACTERS))
  await assertFault(make({ header: { crit: ['x'] } }), 'syntax')
})

test('3: every required claim, of its type', async () => {
  for (const claim of ['jti', 'htm', 'htu', 'iat', 'ath']) {
    await assertFault(make({ claims: { [claim]: undefined } }), 'claims', { actual: undefined })
    await assertFault(make({ claims: { [claim]: null } }), 'claims', { actual: 'null' })
    await assertFault(make({ claims: { [claim]: ['x'] } }), 'claims', { actual: 'a list' })
    await assertFault(make({ claims: { [claim]: true } }), 'claims', { actual: 'a value of type boolean' })
    await assertFault(make({ claims: { [claim]: '' } }), 'claims', { actual: 'a string of 0 characters' })
  }
  await assertFault(make({ claims: { jti: 'x'.repeat(257) } }), 'claims', { actual: 'a string of 257 characters' })
  assert.ok((await judge(make({ claims: { jti: 'x'.repeat(256) } }))).ok)
  await assertFault(make({ claims: { exp: 'soon' } }), 'claims', { expected: 'exp as a number or none' })
  await assertFault(make({ claims: { nbf: null } }), 'claims', { expected: 'nbf as a number or none' })
})

test('a repeated or inherited member is not a claim', async () => {
  const header = JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.publicJwk })
  const inherited = '{"__proto__":{"jti":"x","htm":"POST"},"htu":"x","iat":1,"ath":"x"}'
  await assertFault(signTexts(header, inherited, 'ES256', key.privateKey), 'claims')
})

test('4: the type', async () => {
  for (const typ of [undefined, 'JWT', 'at+jwt', 'dpop', 'application/jwt']) {
    await assertFault(make({ header: { typ } }), 'typ', { expected: 'dpop+jwt', actual: typ })
  }
  assert.ok((await judge(make({ header: { typ: 'application/DPoP+JWT' } }))).ok)
})

test('5: an asymmetric algorithm that is allowed', async () => {
  for (const alg of ['none', 'HS256', 'ES256K', 'es256']) {
    await assertFault(make({ header: { alg }, alg: 'ES256' }), 'alg', { actual: alg })
  }
  await assertFault(make(), 'alg', { expected: 'EdDSA,RS256', actual: 'ES256' }, { algorithms: ['EdDSA', 'RS256'] })
})

test('6: the signature, by the key in the header', async () => {
  await assertFault(make({ signer: other }), 'signature', { expected: 'made with the key in jwk' })
  const [header, payload] = make().split('.')
  const [, , signature] = make({ claims: { jti: 'other' } }).split('.')
  await assertFault(`${header}.${payload}.${signature}`, 'signature')
})

test('7: a public key of a bounded size', async () => {
  const jwk = (changes: object) => make({ header: { jwk: { ...key.publicJwk, ...changes } } })
  for (const value of [undefined, null, 'x', []])
    await assertFault(make({ header: { jwk: value } }), 'jwk', { actual: 'not an object' })
  for (const member of ['d', 'k', 'p', 'priv'])
    await assertFault(jwk({ [member]: null }), 'jwk', { actual: 'a private or shared key' })
  await assertFault(jwk({ kty: 'oct' }), 'jwk')
  await assertFault(jwk({ x: 'x'.repeat(89) }), 'jwk', { actual: 'a coordinate is too long' })
  await assertFault(jwk({ use: 'enc' }), 'jwk', { actual: 'use is "enc", not "sig"' })
  await assertFault(jwk({ key_ops: ['sign'] }), 'jwk')
  await assertFault(jwk({ alg: 'ES384' }), 'jwk', { actual: 'a key of another type' })
  const rsa = await makeClientKey('RS256')
  const rsaProof = makeProof(rsa, REQUEST, { header: { alg: 'ES256' } })
  await assertFault(rsaProof, 'jwk', { expected: 'a key for ES256' }, { thumbprint: rsa.thumbprint })
})

test('8: the method', async () => {
  for (const htm of ['GET', 'post'])
    await assertFault(make({ claims: { htm } }), 'htm', { expected: 'POST', actual: htm })
})

test('9: the URI, after normalisation and without query and fragment', async () => {
  const same = ['?q=1', '#f', '?q#f'].map((more) => URI + more)
  for (const htu of [...same, 'HTTPS://API.example.com:443/mcp/x/../kubernete%73']) {
    assert.ok((await judge(make({ claims: { htu } }))).ok, htu)
  }
  const origins = 'the resource of the route has another scheme, host or port'
  const stripped = 'the proxy removes a prefix from the path before it asks; put the gate in front of StripPrefix'
  const others: readonly [htu: string, hint?: string][] = [
    ['http://api.example.com/mcp/kubernetes', origins],
    ['https://api.example.com:8443/mcp/kubernetes', origins],
    ['https://evil.example/mcp/kubernetes', origins],
    ['https://api.example.com/team/mcp/kubernetes', stripped],
    ['https://api.example.com/mcp/kubernetes/'],
    ['https://api.example.com/mcp/Kubernetes'],
    ['https://api.example.com/mcp%2Fkubernetes'],
    ['https://user@api.example.com/mcp/kubernetes'],
    ['/mcp/kubernetes'],
    ['urn:x'],
  ]
  for (const [htu, hint] of others) {
    await assertFault(make({ claims: { htu } }), 'htu', { expected: URI, actual: htu, ...(hint && { hint }) })
  }
  await assertFault(
    make(),
    'htu',
    { expected: '', hint: 'no resource of the route has the forwarded host and port' },
    { uris: [] },
  )
  assert.ok((await judge(make(), { uris: ['https://other.example/mcp/kubernetes', URI] })).ok)
})

test('the evidence of htu has no query: a log never has one', async () => {
  await assertFault(make({ claims: { htu: 'https://api.example.com/x?code=secret#y' } }), 'htu', {
    actual: 'https://api.example.com/x',
  })
})

test('10: a nonce, where one is required', async () => {
  const isFreshNonce = (nonce: string) => nonce === 'fresh'
  assert.ok((await judge(make({ claims: { nonce: 'fresh' } }), { isFreshNonce })).ok)
  assert.ok((await judge(make({ claims: { nonce: 'of another server' } }))).ok)
  await assertFault(make(), 'nonce', { actual: undefined }, { isFreshNonce })
  for (const nonce of ['stale', 1, null]) {
    await assertFault(make({ claims: { nonce } }), 'nonce', { actual: 'another or an expired one' }, { isFreshNonce })
  }
})

test('11: the time, in both directions', async () => {
  for (const offset of [-300, 300]) assert.ok((await judge(make({ claims: { iat: NOW + offset } }))).ok)
  for (const offset of [-301, 301]) {
    const evidence = { expected: `within 300 s of ${NOW}`, actual: String(NOW + offset) }
    await assertFault(make({ claims: { iat: NOW + offset } }), 'iat', evidence)
  }
  await assertFault(make({ claims: { iat: NOW - 61 } }), 'iat', {}, { maxAgeSeconds: 60 })
  assert.ok((await judge(make({ claims: { exp: NOW - 29, nbf: NOW + 30 } }))).ok)
  await assertFault(make({ claims: { exp: NOW - 30 } }), 'iat', { expected: 'exp in the future' })
  await assertFault(make({ claims: { nbf: NOW + 31 } }), 'iat', { expected: 'nbf in the past' })
})

test('12: the token, and the key that it is bound to', async () => {
  await assertFault(make(), 'ath', { actual: /^[\w-]{43}$/ }, { token: 'another.good.token' })
  await assertFault(
    make(),
    'key',
    { expected: other.thumbprint, actual: key.thumbprint },
    { thumbprint: other.thumbprint },
  )
})

test('a key that is not the token’s is neither imported nor tried', async () => {
  const importKey: ImportProofKey = () => assert.fail('imported')
  const judged = await judge(make(), { thumbprint: other.thumbprint }, importKey)
  assert.equal(!judged.ok && judged.check, 'key')
})

test('a key that cannot be imported is refused with its reason', async () => {
  const judged = await judge(make(), {}, () => 'malformed')
  assert.deepEqual(judged, { ok: false, check: 'jwk', expected: ['a public key'], actual: ['malformed'] })
})

test('what the client sent is escaped and cut', async () => {
  await assertFault(make({ claims: { htm: `é\n${'x'.repeat(300)}` } }), 'htm', { actual: /^\\u00e9\\u000ax{198}…$/ })
})
