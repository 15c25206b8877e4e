import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseUnverifiedToken } from '../../../../src/decision/token/unverified-token.ts'

const segment = (text: string | Buffer) => Buffer.from(text).toString('base64url')
const token = (header: string | Buffer, payload: string | Buffer = '{"iss":"i"}', signature = 'AAAA') =>
  `${segment(header)}.${segment(payload)}.${signature}`

function denialOf(text: string) {
  const parsed = parseUnverifiedToken(text)
  assert.equal(parsed.ok, false, text)
  return parsed.ok ? undefined : parsed.denial
}

function parse(header: object, payload: object = { iss: 'i' }) {
  const parsed = parseUnverifiedToken(token(JSON.stringify(header), JSON.stringify(payload)))
  assert.ok(parsed.ok)
  return parsed.token
}

test('alg, kid, typ and iss are read', () => {
  assert.deepEqual(parse({ alg: 'RS256', kid: 'k', typ: 'JWT' }), {
    algorithm: 'RS256',
    keyId: 'k',
    type: 'jwt',
    issuer: 'i',
    hasIssuer: true,
    payload: { iss: 'i' },
  })
  const bare = parse({ alg: 'none' }, { iss: ['i'] })
  assert.deepEqual([bare.keyId, bare.type, bare.issuer], [undefined, undefined, undefined])
})

test('an iss that is not a text is an iss; only a missing one and null are none', () => {
  for (const iss of [['i'], {}, 7, false, '']) assert.equal(parse({ alg: 'RS256' }, { iss }).hasIssuer, true)
  for (const payload of [{}, { iss: null }]) assert.equal(parse({ alg: 'RS256' }, payload).hasIssuer, false)
})

test('typ is compared without case and without application/ before at+jwt', () => {
  for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+JWT']) {
    assert.equal(parse({ alg: 'RS256', typ }).type, 'at+jwt')
  }
  assert.equal(parse({ alg: 'RS256', typ: 'application/application/at+jwt' }).type, 'application/at+jwt')
  assert.equal(parse({ alg: 'RS256', typ: 'x-application/at+jwt' }).type, 'x-application/at+jwt')
})

test('typ application/jwt is not one of the spellings that are accepted', () => {
  assert.equal(parse({ alg: 'RS256', typ: 'application/JWT' }).type, 'application/jwt')
})

test('credentials_malformed: characters outside the token68 alphabet', () => {
  const problem = 'the token has characters outside the token68 alphabet'
  for (const text of ['a b', 'a,b', 'a\u00e9', 'a\u0000', 'a=b', '=', 'abc, Basic x', 'eyJh.e30.AAAA x', 'a\n']) {
    assert.deepEqual(denialOf(text), { reason: 'credentials_malformed', step: 'token', problem }, JSON.stringify(text))
  }
})

test('token_opaque: no JWT at all, or an encrypted one', () => {
  for (const text of ['abc', 'ya29.a0Af_6x', 'a.b.c.d.e', '..', 'abc==']) {
    assert.deepEqual(denialOf(text), { reason: 'token_opaque', step: 'token', form: 'opaque' }, text)
  }
  const jwe = `${segment('{"alg":"dir"}')}..aaaa.bbbb.cccc`
  assert.deepEqual(denialOf(jwe), { reason: 'token_opaque', step: 'token', form: 'encrypted' })
  for (const text of [`${jwe}.dddd`, `eyJ+${jwe}`]) assert.equal(denialOf(text)?.reason, 'token_malformed', text)
})

test('token_malformed: not the three segments of a signed JWT', () => {
  const problem = 'it does not have the three base64url segments of a signed JWT'
  const good = token('{"alg":"RS256"}')
  for (const text of [
    good.slice(0, good.lastIndexOf('.')),
    `${segment('{"alg":"none"}')}.${segment('{}')}.`,
    `${segment('{"alg":"RS256"}')}..AAAA`,
    `${good}.AAAA`,
    `${good}=`,
    `${good.slice(0, -1)}+`,
  ]) {
    assert.deepEqual(denialOf(text), { reason: 'token_malformed', step: 'token', problem }, JSON.stringify(text))
  }
})

test('of all spellings of the same bytes one is read, whatever character is the last one', () => {
  const header = segment('{"alg":"RS256"}')
  const payload = segment('{"iss":"i"}')
  for (const begin of ['', 'A', 'zz', '_-9', 'AAAA', 'AAAAB', 'AAAABC', 'AAAABCD'])
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      const signature = begin + last
      const isOnly = Buffer.from(signature, 'base64url').toString('base64url') === signature
      assert.equal(parseUnverifiedToken(`${header}.${payload}.${signature}`).ok, isOnly, signature)
    }
})

test('token_malformed: a segment in another spelling than its canonical one', () => {
  assert.deepEqual(denialOf(token('{"alg":"RS256"}', '{}', 'AB')), {
    reason: 'token_malformed',
    step: 'token',
    problem: 'the signature is not canonical base64url',
  })
  const [payload, spelledOtherwise] = [segment('{}'), 'e31']
  assert.deepEqual(Buffer.from(spelledOtherwise, 'base64url'), Buffer.from(payload, 'base64url'))
  assert.deepEqual(denialOf(`${segment('{"alg":"RS256"}')}.${spelledOtherwise}.AAAA`), {
    reason: 'token_malformed',
    step: 'token',
    problem: 'the payload is not a JSON object in canonical base64url',
  })
})

test('token_malformed: header or payload is not a JSON object in UTF-8', () => {
  const notObjects = [
    '[]',
    'null',
    '1',
    '"a"',
    '{',
    '{"a":1}x',
    '\ufeff{"alg":"RS256"}',
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  ]
  for (const bad of notObjects) {
    assert.deepEqual(denialOf(token(bad)), {
      reason: 'token_malformed',
      step: 'token',
      problem: 'the header is not a JSON object in canonical base64url',
    })
    assert.deepEqual(denialOf(token('{"alg":"RS256"}', bad)), {
      reason: 'token_malformed',
      step: 'token',
      problem: 'the payload is not a JSON object in canonical base64url',
    })
  }
})

test('token_malformed: nested so deep that reading or logging it would exhaust the stack', () => {
  const nested = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`
  assert.deepEqual(denialOf(token('{"alg":"RS256"}', nested(12_000))), {
    reason: 'token_malformed',
    step: 'token',
    problem: 'the payload is nested too deep',
  })
  assert.deepEqual(denialOf(token(nested(32))), {
    reason: 'token_malformed',
    step: 'token',
    problem: 'the header is nested too deep',
  })
  assert.ok(parseUnverifiedToken(token('{"alg":"RS256"}', nested(31))).ok)
})

test('token_malformed: header members of the wrong kind', () => {
  const rows = {
    '{}': 'the header has no alg',
    '{"alg":1}': 'the header has no alg',
    '{"alg":["RS256"]}': 'the header has no alg',
    '{"alg":"RS256","crit":["exp"],"exp":1}': 'the header asks for an extension that is not supported',
    '{"alg":"RS256","crit":null}': 'the header asks for an extension that is not supported',
    '{"alg":"RS256","b64":true}': 'the header asks for an extension that is not supported',
    '{"alg":"RS256","kid":1}': 'kid is not a short string',
    '{"alg":"RS256","kid":["k"]}': 'kid is not a short string',
    [`{"alg":"RS256","kid":"${'k'.repeat(1025)}"}`]: 'kid is not a short string',
    '{"alg":"RS256","typ":1}': 'typ is not a string',
    '{"alg":"RS256","typ":null}': 'typ is not a string',
  }
  for (const [header, problem] of Object.entries(rows)) {
    assert.deepEqual(denialOf(token(header)), { reason: 'token_malformed', step: 'token', problem }, header)
  }
  assert.equal(parse({ alg: 'RS256', kid: 'k'.repeat(1024) }).keyId?.length, 1024)
})

test('any bytes: never throws', () => {
  const part = fc.oneof(
    fc.base64String(),
    fc.jsonValue().map((value) => segment(JSON.stringify(value))),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const parsed = parseUnverifiedToken(parts.join('.'))
      if (parsed.ok) assert.equal(parts.length, 3)
    }),
  )
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof parseUnverifiedToken(text).ok === 'boolean'))
})
