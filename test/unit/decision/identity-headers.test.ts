import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { IdentityHeader, Route } from '../../../src/config/model.ts'
import {
  buildIdentityHeaders,
  emptyIdentityHeaders,
  findAlias,
  identityHeaderNames,
  MAX_IDENTITY_BYTES,
} from '../../../src/decision/identity-headers.ts'
import { named, sampleRoute, sampleToken } from './sample.ts'

const X: IdentityHeader = { name: 'X', source: { kind: 'claim', claim: named('c') } }

function headersOf(route: Partial<Route>, token: Parameters<typeof sampleToken>[0]) {
  const built = buildIdentityHeaders(sampleRoute(route), sampleToken(token))
  assert.ok(built.ok)
  return built.headers
}

const headerFor = (value: unknown) => headersOf({ identityHeaders: [X] }, { claims: { c: value } })[1] ?? 'nothing'

test('every configured header comes, empty where the token has no such claim', () => {
  assert.deepEqual(headersOf({}, { claims: {}, client: undefined, scopes: [] }), [
    ...['X-Auth-Subject', '', 'X-Auth-Issuer', 'main', 'X-Auth-Client', '', 'X-Auth-Scopes', ''],
  ])
  assert.deepEqual(
    headersOf({}, { claims: { sub: 'alice' }, client: 'https://c/é', scopes: ['a', 'b c', 'd,e', 'f%'] }),
    [
      ...['X-Auth-Subject', 'alice', 'X-Auth-Issuer', 'main'],
      ...['X-Auth-Client', 'https://c/%C3%A9', 'X-Auth-Scopes', 'a b%20c d,e f%25'],
    ],
  )
})

test('values by type of claim', () => {
  const rows: readonly [value: unknown, header: string][] = [
    ['a b', 'a b'],
    ['a,b', 'a,b'],
    [' a ', '%20a%20'],
    ['   ', '%20%20%20'],
    ['100%', '100%25'],
    ['a@b\r\nX-Evil: 1', 'a@b%0D%0AX-Evil: 1'],
    ['\u0000\u007f\t', '%00%7F%09'],
    ['é😀', '%C3%A9%F0%9F%98%80'],
    [1.5, '1.5'],
    [false, 'false'],
    [null, ''],
    [['a', 'b,c', ' d', 1, true, null], 'a,b%2Cc,%20d,1,true,null'],
    [[], ''],
    [{ a: 'é' }, Buffer.from('{"a":"é"}').toString('base64url')],
    [
      [{ a: 1 }, ['b']],
      `${Buffer.from('{"a":1}').toString('base64url')},${Buffer.from('["b"]').toString('base64url')}`,
    ],
  ]
  for (const [value, header] of rows) assert.equal(headerFor(value), header, JSON.stringify(value))
})

test('lone surrogates are told apart from each other and from U+FFFD', () => {
  assert.equal(headerFor('\ud800'), '%ED%A0%80')
  assert.equal(headerFor('a\udfff'), 'a%ED%BF%BF')
  assert.equal(headerFor('\u00e9\ud800'), '%C3%A9%ED%A0%80')
  assert.equal(headerFor('\ufffd'), '%EF%BF%BD')
  assert.equal(headerFor('\udc00\ud800'), '%ED%B0%80%ED%A0%80')
})

test('any text: fit for a header, and two texts never look the same', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 })).map((units) => String.fromCharCode(...units)),
    fc.array(fc.constantFrom(' ', '%', '%20', ',', 'a', '%25', '\n')).map((parts) => parts.join('')),
  )
  fc.assert(fc.property(text, (value) => /^(?! )[ -~]*(?<! )$/.test(headerFor(value))))
  fc.assert(
    fc.property(text, text, (one, other) => one === other || headerFor(one) !== headerFor(other)),
    { numRuns: 1000 },
  )
  fc.assert(
    fc.property(
      text.filter((value) => value.isWellFormed()),
      (value) => decodeURIComponent(headerFor(value)) === value,
    ),
  )
})

test('any list: fit for a header, and its items are those that were sent', () => {
  const item = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed())
  fc.assert(
    fc.property(fc.array(item, { minLength: 1 }), (items) => {
      assert.deepEqual(headerFor(items).split(',').map(decodeURIComponent), items)
    }),
  )
})

test('any scopes: fit for a header, and its words are those that were granted', () => {
  const scope = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.isWellFormed())
  const identityHeaders: readonly IdentityHeader[] = [{ name: 'X', source: { kind: 'scopes' } }]
  fc.assert(
    fc.property(fc.array(scope, { minLength: 1 }), (scopes) => {
      const value = headersOf({ identityHeaders }, { scopes })[1] ?? ''
      assert.match(value, /^[ -~]*$/)
      assert.deepEqual(value.split(' ').map(decodeURIComponent), scopes)
    }),
  )
})

test('any claim: never throws, and is fit for a header', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => /^(?! )[ -~]*(?<! )$/.test(headerFor(value))))
})

test('identity_too_large: names and values past the cap, and not at it', () => {
  const route = sampleRoute({ identityHeaders: [X] })
  const largest = 'a'.repeat(MAX_IDENTITY_BYTES - 1)
  assert.equal(buildIdentityHeaders(route, sampleToken({ claims: { c: largest } })).ok, true)
  assert.deepEqual(buildIdentityHeaders(route, sampleToken({ claims: { c: `${largest}a` } })), {
    ok: false,
    denial: {
      reason: 'identity_too_large',
      step: 'identity',
      bytes: MAX_IDENTITY_BYTES + 1,
      limit: MAX_IDENTITY_BYTES,
    },
  })
  assert.equal(
    buildIdentityHeaders(route, sampleToken({ claims: { c: 'é'.repeat(Math.ceil(MAX_IDENTITY_BYTES / 6)) } })).ok,
    false,
  )
})

test('identity_too_large: a value whose text alone is past the cap is refused before it is encoded', () => {
  const refusal = (value: unknown) => {
    const built = buildIdentityHeaders(sampleRoute({ identityHeaders: [X] }), sampleToken({ claims: { c: value } }))
    return !built.ok && built.denial.reason === 'identity_too_large' ? built.denial.bytes : 'none'
  }
  assert.equal(refusal('é'.repeat(9000)), 9001)
  assert.equal(refusal(new Array(3000).fill('éé')), 1 + 6000 + 2999)
  assert.equal(refusal(new Array(9000).fill(1)), 9000)
  assert.equal(refusal('é'.repeat(8000)), 48_001)
  const scopes = new Array<string>(4000).fill('éé')
  const identityHeaders: readonly IdentityHeader[] = [{ name: 'X', source: { kind: 'scopes' } }]
  const built = buildIdentityHeaders(sampleRoute({ identityHeaders }), sampleToken({ scopes }))
  assert.equal(!built.ok && 'bytes' in built.denial && built.denial.bytes, 1 + 8000 + 3999)
})

test('a text with a comma and a list may look alike: who splits must know that the claim is a list', () => {
  assert.equal(headerFor('x,admin'), headerFor(['x', 'admin']))
})

test('upstreamAuthorization: what the backend gets as Authorization, and nothing but empty without a token', () => {
  const upstream = (upstreamAuthorization: Route['upstreamAuthorization'], claims: Record<string, unknown> = {}) => {
    const route = sampleRoute({ identityHeaders: [], upstreamAuthorization })
    return [headersOf(route, { claims }), emptyIdentityHeaders(route)]
  }
  const empty = ['Authorization', '']
  assert.deepEqual(upstream({ kind: 'keep' }), [[], []])
  assert.deepEqual(upstream({ kind: 'strip' }), [empty, empty])
  assert.deepEqual(upstream({ kind: 'secret', file: 'f', value: 'Basic x' }), [['Authorization', 'Basic x'], empty])
  const claim = { kind: 'claim', claim: named('backend') } as const
  assert.deepEqual(upstream(claim, { backend: 'abc' }), [['Authorization', 'Bearer abc'], empty])
  assert.deepEqual(upstream(claim, { backend: 'a\r\nb' }), [['Authorization', 'Bearer a%0D%0Ab'], empty])
  for (const backend of ['', 1, ['a'], undefined]) assert.deepEqual(upstream(claim, { backend }), [empty, empty])
})

test('without a token every value is empty', () => {
  assert.deepEqual(emptyIdentityHeaders(sampleRoute()), [
    ...['X-Auth-Subject', '', 'X-Auth-Issuer', '', 'X-Auth-Client', '', 'X-Auth-Scopes', ''],
  ])
})

test('the header that the token is taken from is guarded as well', () => {
  const names = identityHeaderNames(sampleRoute({ tokenSource: { kind: 'header', name: 'Cf-Access-Jwt-Assertion' } }))
  assert.equal(findAlias(['Cf_Access.Jwt-Assertion'], names), 'Cf_Access.Jwt-Assertion')
})

test('identity_header_alias: what a CGI-like backend reads as an identity header of the route', () => {
  const names = identityHeaderNames(sampleRoute({ upstreamAuthorization: { kind: 'strip' } }))
  assert.deepEqual([...names], ['x-auth-subject', 'x-auth-issuer', 'x-auth-client', 'x-auth-scopes', 'authorization'])
  for (const alias of ['X_Auth_Subject', 'x-auth_scopes', 'X.Auth.Client', 'X~Auth-Issuer']) {
    assert.equal(findAlias(['X_Other', alias], names), alias)
  }
  assert.equal(findAlias(['X_Other', 'X_Auth_Subjects', 'X__Auth_Subject'], names), undefined)
})
