import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  createHeaderReader,
  readHeaderFields,
  SEVERAL,
  valuesOf,
} from '../../../../src/decision/request/header-fields.ts'

test('each field is read in any case of its name', () => {
  const rawHeaders = [
    ...['x-forwarded-METHOD', 'POST', 'X-Forwarded-Host', 'h', 'X-FORWARDED-URI', '/a', 'authorization', 'Bearer x'],
    ...['dpop', 'proof'],
    ...['ORIGIN', 'https://o', 'Access-Control-Request-Method', 'PUT', 'TraceParent', '00-a', 'X-Request-ID', 'r'],
  ]
  assert.deepEqual(readHeaderFields(rawHeaders), {
    forwardedMethod: 'POST',
    forwardedHost: 'h',
    forwardedUri: '/a',
    host: undefined,
    authorization: 'Bearer x',
    dpop: 'proof',
    origin: 'https://o',
    accessControlRequestMethod: 'PUT',
    methodOverride: undefined,
    traceparent: '00-a',
    requestId: 'r',
    rawHeaders,
    oddNames: undefined,
  })
})

test('a field that comes twice or more is SEVERAL, also with equal or empty values', () => {
  const twice = readHeaderFields(['Authorization', 'a', 'authorization', 'a', 'Origin', '', 'Origin', ''])
  assert.equal(twice.authorization, SEVERAL)
  assert.equal(twice.origin, SEVERAL)
  const thrice = readHeaderFields(['Origin', 'a', 'Origin', 'b', 'Origin', 'c'])
  assert.equal(thrice.origin, SEVERAL)
})

test('every method override header is the same field', () => {
  for (const name of ['X-HTTP-Method-Override', 'x-http-method', 'X-Method-Override']) {
    assert.equal(readHeaderFields([name, 'DELETE']).methodOverride, 'DELETE')
  }
  assert.equal(readHeaderFields(['X-HTTP-Method', 'GET', 'X-Method-Override', 'GET']).methodOverride, SEVERAL)
})

test('names that only look alike are other headers, and those with odd characters are remembered', () => {
  const fields = readHeaderFields([
    ...['X_Forwarded_Uri', '/public', 'X-Forwarded-UriX', '/public', 'Authorization-Foo', 'Bearer x'],
    ...['X.Auth.Subject', 'admin', 'X-Forwarded-Prefix', '/admin'],
  ])
  assert.equal(fields.forwardedUri, undefined)
  assert.equal(fields.authorization, undefined)
  assert.deepEqual(fields.oddNames, ['X_Forwarded_Uri', 'X.Auth.Subject'])
})

test('a value that is the name of a field does not make the next name a value of it', () => {
  const rawHeaders = ['X-Other', 'x-token', 'X-Token', 'a', 'x-TOKEN', 'b']
  assert.deepEqual(valuesOf('x-token', rawHeaders), ['a', 'b'])
})

test('a field that nothing asks for leaves no trace', () => {
  const rawHeaders = ['Accept', 'x']
  assert.deepEqual(readHeaderFields(rawHeaders), { ...readHeaderFields([]), rawHeaders })
})

test('an Authorization behind thousands of fields is still seen', () => {
  const many = Array.from({ length: 5000 }, (_, at) => [`x-${at}`, '']).flat()
  assert.equal(readHeaderFields(['Authorization', 'a', ...many, 'Authorization', 'b']).authorization, SEVERAL)
})

test('any raw headers: never throws, also when a value is missing', () => {
  assert.equal(readHeaderFields(['Authorization']).authorization, '')
  assert.equal(readHeaderFields(new Array<string>(2)).authorization, undefined)
  const name = fc.oneof(fc.string(), fc.constantFrom('Authorization', 'origin', 'X-Forwarded-Uri', '__proto__'))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'binary' }))), (pairs) => {
      const fields = readHeaderFields(pairs.flat())
      const sent = pairs.filter(([sentName]) => sentName.toLowerCase() === 'authorization')
      assert.equal(fields.authorization, sent.length > 1 ? SEVERAL : sent[0]?.[1])
    }),
  )
})

test('a reader of many requests reads each as if it were the first, however many names it has seen', () => {
  const fresh = createHeaderReader()
  const full = createHeaderReader()
  for (let at = 0; at < 300; at++) full([`X-Unknown-${at}`, 'x', `X_Odd_${at}`, 'x', 'x'.repeat(100), 'x'])
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          'Authorization',
          'authorization',
          'X-Forwarded-Uri',
          'X_Forwarded_Uri',
          'Origin',
          'Accept',
          'x',
        ),
        { maxLength: 8 },
      ),
      (names) => {
        const rawHeaders = names.flatMap((name, at) => [name, `${at}`])
        for (const read of [fresh, fresh, full]) assert.deepEqual(read(rawHeaders), readHeaderFields(rawHeaders))
      },
    ),
  )
})
