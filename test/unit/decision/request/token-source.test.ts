import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHeaderFields } from '../../../../src/decision/request/header-fields.ts'
import { hasNoCredentials, readCredentials } from '../../../../src/decision/request/token-source.ts'

const HEADER = { kind: 'header', name: 'Cf-Access-Jwt-Assertion' } as const
const COOKIE = { kind: 'cookie', name: 'CF_Authorization' } as const
const BEARER = { kind: 'authorization' } as const

const read = (source: Parameters<typeof readCredentials>[0], ...raw: readonly string[]) =>
  readCredentials(source, readHeaderFields(raw))
const isNobody = (source: Parameters<typeof readCredentials>[0], ...raw: readonly string[]) =>
  hasNoCredentials(source, readHeaderFields(raw))

test('each source reads its own place and no other', () => {
  const all = ['Authorization', 'Bearer a', 'CF-ACCESS-JWT-ASSERTION', 'b', 'Cookie', 'x=y;CF_Authorization=c==; z']
  assert.deepEqual(read(BEARER, ...all), { ok: true, scheme: 'bearer', token: 'a' })
  assert.deepEqual(read(HEADER, ...all), { ok: true, scheme: 'bearer', token: 'b' })
  assert.deepEqual(read(COOKIE, ...all), { ok: true, scheme: 'bearer', token: 'c==' })
  assert.deepEqual(read(COOKIE, 'Cookie', ' CF_Authorization = c ; x=y'), { ok: true, scheme: 'bearer', token: 'c' })
})

test('a header may hold the word Bearer in any case, and then exactly one token', () => {
  assert.deepEqual(read(HEADER, HEADER.name, 'bearer b'), { ok: true, scheme: 'bearer', token: 'b' })
  assert.deepEqual(read(HEADER, HEADER.name, 'xbearer b'), { ok: true, scheme: 'bearer', token: 'xbearer b' })
  assert.deepEqual(read(HEADER, HEADER.name, 'Bearer  b'), { ok: true, scheme: 'bearer', token: 'b' })
  const two = read(HEADER, HEADER.name, 'Bearer ')
  assert.equal(!two.ok && two.denial.reason, 'credentials_malformed')
})

test('what comes twice is ambiguous, what is empty is missing', () => {
  const cases = [
    [read(HEADER, HEADER.name, 'a', HEADER.name, 'a'), 'credentials_ambiguous'],
    [read(COOKIE, 'Cookie', 'CF_Authorization=a', 'Cookie', 'CF_Authorization=a'), 'credentials_ambiguous'],
    [read(HEADER, HEADER.name, ''), 'credentials_missing'],
    [read(COOKIE, 'Cookie', 'CF_Authorization='), 'credentials_missing'],
  ] as const
  for (const [credentials, reason] of cases) assert.equal(!credentials.ok && credentials.denial.reason, reason)
})

test('what is too long is refused, wherever it is', () => {
  const long = 'a'.repeat(32 * 1024 + 1)
  for (const read_ of [read(HEADER, HEADER.name, long), read(COOKIE, 'Cookie', `CF_Authorization=${long}`)]) {
    assert.equal(!read_.ok && read_.denial.reason, 'token_too_large')
  }
})

test('a token in Authorization is hinted at if another place is read', () => {
  const elsewhere = read(HEADER, 'Authorization', 'Bearer a')
  assert.deepEqual(elsewhere, {
    ok: false,
    denial: {
      reason: 'credentials_missing',
      step: 'credentials',
      hint: 'Authorization is there, but not read on this route',
    },
  })
  assert.deepEqual(read(COOKIE, 'Cookie', 'a=b'), {
    ok: false,
    denial: { reason: 'credentials_missing', step: 'credentials' },
  })
})

test('only a request with nothing in the place and no Authorization has no credentials', () => {
  for (const source of [BEARER, HEADER, COOKIE]) {
    assert.equal(isNobody(source, 'Cookie', 'a=b'), true)
    assert.equal(isNobody(source, 'Authorization', ''), false)
  }
  assert.equal(isNobody(HEADER, HEADER.name, ''), false)
  assert.equal(isNobody(COOKIE, 'Cookie', 'CF_Authorization='), false)
  assert.equal(isNobody(COOKIE, 'Cookie', 'CF_Authorizationx'), true)
  // Without a sign of equality it is a value without a name.
  assert.equal(isNobody(COOKIE, 'Cookie', 'CF_Authorization'), true)
})
