import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_TOKEN_CHARACTERS, parseCredentials } from '../../../../src/decision/request/credentials.ts'
import { SEVERAL } from '../../../../src/decision/request/header-fields.ts'

const outcomeOf = (value: string | typeof SEVERAL | undefined) => {
  const parsed = parseCredentials(value)
  return parsed.ok ? `token ${parsed.token}` : parsed.denial
}

test('a token comes from Bearer, spaces and a token, the scheme in any case', () => {
  for (const value of [
    'Bearer abc',
    'bearer abc',
    'BEARER abc',
    'bEaReR abc',
    'Bearer  abc',
    `bearer${' '.repeat(5_000)}abc`,
  ])
    assert.equal(outcomeOf(value), 'token abc')
  assert.equal(outcomeOf('Bearer a-Z0._~+/9=='), 'token a-Z0._~+/9==')
})

test('DPoP is a scheme where the route takes proofs', () => {
  const parse = (value: string) => parseCredentials(value, ['bearer', 'dpop'])
  for (const value of ['DPoP abc', 'dpop   abc', 'DPOP abc']) {
    assert.deepEqual(parse(value), { ok: true, scheme: 'dpop', token: 'abc' })
  }
  assert.deepEqual(parse('Bearer abc'), { ok: true, scheme: 'bearer', token: 'abc' })
  const refusals = {
    DPoP: 'there is no token after DPoP',
    'DPoP ': 'there is no token after DPoP',
    'DPoP\tabc': 'no space after DPoP',
  }
  for (const [value, problem] of Object.entries(refusals)) {
    assert.deepEqual(parse(value), {
      ok: false,
      scheme: 'dpop',
      denial: { reason: 'credentials_malformed', step: 'credentials', problem },
    })
  }
  const long = parse(`DPoP ${'a'.repeat(MAX_TOKEN_CHARACTERS + 1)}`)
  assert.ok(!long.ok && long.scheme === 'dpop' && long.denial.reason === 'token_too_large')
  assert.deepEqual(parse('Basic abc'), {
    ok: false,
    denial: { reason: 'credentials_missing', step: 'credentials', scheme: 'basic' },
  })
})

test('credentials_missing: no field, an empty one, and every other scheme, of which only a known name is shown', () => {
  assert.deepEqual(outcomeOf(undefined), { reason: 'credentials_missing', step: 'credentials' })
  assert.deepEqual(outcomeOf(''), { reason: 'credentials_missing', step: 'credentials' })
  const schemes = {
    'Basic dXNlcjpw': 'basic',
    'DPoP abc': 'dpop',
    'Digest username="a"': 'digest',
    'Negotiate abc': 'negotiate',
    'Token abc': 'token',
    'ApiKey abc': 'apikey',
    'HOBA result="a"': 'hoba',
    'Mutual user="a"': 'mutual',
    'Basic x, Bearer y': 'basic',
    'eyJhbGciOiJub25lIn0.e30.': 'other',
    'Bearerx abc': 'other',
    ' Bearer abc': 'other',
    '"Bearer" abc': 'other',
  }
  for (const [value, scheme] of Object.entries(schemes)) {
    assert.deepEqual(outcomeOf(value), { reason: 'credentials_missing', step: 'credentials', scheme }, value)
  }
})

test('credentials_ambiguous: more than one Authorization field', () => {
  assert.deepEqual(outcomeOf(SEVERAL), { reason: 'credentials_ambiguous', step: 'credentials' })
})

test('credentials_malformed: anything else that begins with Bearer', () => {
  const problems = {
    Bearer: 'there is no token after Bearer',
    'Bearer ': 'there is no token after Bearer',
    'Bearer   ': 'there is no token after Bearer',
    'Bearer\tabc': 'no space after Bearer',
    'Bearer,abc': 'no space after Bearer',
    'Bearer: abc': 'no space after Bearer',
  }
  for (const [value, problem] of Object.entries(problems)) {
    assert.deepEqual(
      outcomeOf(value),
      { reason: 'credentials_malformed', step: 'credentials', problem },
      JSON.stringify(value),
    )
  }
})

test('token_too_large: past the cap, and not at it', () => {
  assert.equal(outcomeOf(`Bearer ${'a'.repeat(MAX_TOKEN_CHARACTERS)}`), `token ${'a'.repeat(MAX_TOKEN_CHARACTERS)}`)
  assert.deepEqual(outcomeOf(`Bearer ${'a'.repeat(MAX_TOKEN_CHARACTERS + 1)}`), {
    reason: 'token_too_large',
    step: 'credentials',
    length: MAX_TOKEN_CHARACTERS + 1,
    limit: MAX_TOKEN_CHARACTERS,
  })
})

test('any field value: never throws, and a token is what follows "Bearer" and its spaces, whole', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((rest) => `Bearer ${rest}`),
    fc
      .tuple(fc.constantFrom('Bearer', 'bearer', 'Basic'), fc.constantFrom(' ', '  ', '\t', ','), fc.base64String())
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(value, (authorization) => {
      const parsed = parseCredentials(authorization)
      if (!parsed.ok) return
      assert.equal(authorization.slice(0, 7).toLowerCase(), 'bearer ')
      assert.equal(authorization.slice(7).replace(/^ */, ''), parsed.token)
    }),
  )
})
