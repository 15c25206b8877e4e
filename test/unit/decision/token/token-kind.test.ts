import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findOtherKind, findUnknownWords } from '../../../../src/decision/token/token-kind.ts'

const MEMBERS = ['typ', 'type', 'tokenType', 'token_type', 'token_use']
const ID = ['id', 'ID', 'Id', 'id_token', 'id-token', 'ID Token', 'idToken', 'Serialized-ID', 'SERIALIZED_ID']
const REFRESH = [
  ...['Refresh', 'refresh', 'REFRESH', 'refresh-token', 'refresh_token', 'Refresh Token', 'refreshToken'],
  ...['offline_access', 'offline-access', 'Offline Access', 'OfflineAccess', ' refresh ', 're-fresh', '__refresh__'],
]
const LOGOUT = [
  'Logout',
  'logout',
  'logout_token',
  'logout-token',
  'logout+jwt',
  'LOGOUT+JWT',
  'application/logout+jwt',
]
const ACCESS = [
  ...['Bearer', 'bearer', 'JWT', 'jwt', 'at+jwt', 'AT+JWT', 'DPoP', 'access', 'Access Token', 'access_token'],
  ...['access-token', 'oauth-access-token', 'application/at+jwt', 'urn:ietf:params:oauth:token-type:access_token'],
]
const UNKNOWN = ['app', 'service', 'ids', 'refresher', 'logouts', 'r3fresh', '', 'ID:token', 'user', 'session', 'N_A']
const urn = (word: string) => `urn:ietf:params:oauth:token-type:${word}`

test('a token that calls itself another kind, in any spelling and any member', () => {
  for (const member of MEMBERS) {
    for (const word of [
      ...ID,
      ...REFRESH,
      ...LOGOUT,
      urn('refresh_token'),
      urn('id_token'),
      urn('ID_Token').toUpperCase(),
    ]) {
      assert.equal(findOtherKind({ [member]: word }, ['access']), `${member} ${word}`)
      assert.deepEqual(findUnknownWords({ [member]: word }), [])
    }
  }
})

test('access words pass and are known; other words pass and are reported', () => {
  for (const member of MEMBERS) {
    for (const word of ACCESS) {
      assert.equal(findOtherKind({ [member]: word }, ['access']), undefined, word)
      assert.deepEqual(findUnknownWords({ [member]: word }), [], word)
    }
    for (const word of UNKNOWN) {
      assert.equal(findOtherKind({ [member]: word }, ['access']), undefined, word)
      assert.deepEqual(findUnknownWords({ [member]: word }), [`${member} ${word}`], word)
    }
  }
})

test('every member of a list, wherever it is', () => {
  assert.equal(findOtherKind({ typ: ['Bearer', 'Refresh'] }, ['access']), 'typ Refresh')
  assert.equal(findOtherKind({ token_use: ['app', null, 7, 'id'] }, ['access']), 'token_use id')
  assert.equal(findOtherKind({ typ: 'Bearer', token_use: 'refresh' }, ['access']), 'token_use refresh')
  assert.equal(findOtherKind({ typ: [...Array<string>(5000).fill('a'), 'ID'] }, ['access']), 'typ ID')
  assert.deepEqual(findUnknownWords({ type: ['app', 'access'], typ: 'x' }), ['typ x', 'type app'])
})

test('offline is a refresh token in typ only; elsewhere it may be about a device', () => {
  for (const word of ['Offline', 'offline', 'OFF-LINE'])
    assert.equal(findOtherKind({ typ: word }, ['access']), `typ ${word}`)
  for (const member of MEMBERS.filter((name) => name !== 'typ')) {
    assert.equal(findOtherKind({ [member]: 'offline' }, ['access']), undefined, member)
    assert.deepEqual(findUnknownWords({ [member]: 'offline' }), [`${member} offline`])
  }
})

test('c_hash is a mark of an ID token; at_hash and nonce are not', () => {
  assert.equal(findOtherKind({ c_hash: 'GEzj' }, ['access']), 'c_hash')
  assert.equal(findOtherKind({ c_hash: '' }, ['access']), 'c_hash')
  assert.equal(findOtherKind({ c_hash: null, at_hash: 'x', nonce: 'n' }, ['access']), undefined)
})

test('events under URIs are a logout or security event token', () => {
  const logout = 'http://schemas.openid.net/event/backchannel-logout'
  for (const events of [{ [logout]: {} }, { a: 1, 'urn:example:event': {} }, { 'HTTPS://e.example.com': null }]) {
    assert.equal(findOtherKind({ events }, ['access']), 'events')
    assert.equal(findOtherKind({ events }, ['access', 'id']), 'events')
  }
  for (const events of [{}, { a: 1 }, [], ['https://e.example.com'], 'https://e.example.com', 7, true, null]) {
    assert.equal(findOtherKind({ events }, ['access']), undefined, JSON.stringify(events))
  }
})

test("Descope's refresh token; its other words are none of our business", () => {
  assert.equal(findOtherKind({ drn: 'DSR' }, ['access']), 'drn DSR')
  assert.equal(findOtherKind({ drn: 'DS' }, ['access']), undefined)
  assert.deepEqual(findUnknownWords({ drn: 'DS' }), [])
  assert.equal(findOtherKind({ typ: 'DSR' }, ['access']), undefined)
})

test('with ID tokens accepted, refresh and logout tokens still are not', () => {
  for (const word of ID) assert.equal(findOtherKind({ typ: word, c_hash: 'x' }, ['access', 'id']), undefined)
  for (const word of [...REFRESH, ...LOGOUT]) {
    assert.equal(findOtherKind({ typ: ['ID', word] }, ['access', 'id']), `typ ${word}`)
  }
  assert.equal(findOtherKind({ drn: 'DSR', typ: 'ID' }, ['access', 'id']), 'drn DSR')
})

test('what is not a word is unknown, and names of the prototype are nothing', () => {
  for (const typ of [7, true, {}, { refresh: true }, ['Refresh', ['x']].slice(1)]) {
    assert.equal(findOtherKind({ typ }, ['access']), undefined)
    assert.deepEqual(findUnknownWords({ typ }), ['typ (not a string)'])
  }
  assert.deepEqual(findUnknownWords({ typ: null, type: undefined, token_use: [] }), [])
  assert.equal(findOtherKind({ typ: 'constructor', type: '__proto__', drn: 'toString' }, ['access']), undefined)
  assert.equal(findOtherKind(JSON.parse('{"__proto__":{"typ":"Refresh"}}'), ['access']), undefined)
})

test('a word of more than 256 characters is not folded: it is unknown, and is shown cut', () => {
  const padded = (length: number) => `refresh${'-'.repeat(length - 7)}`
  assert.equal(findOtherKind({ typ: padded(256) }, ['access'])?.startsWith('typ refresh-'), true)
  assert.equal(findOtherKind({ typ: padded(257) }, ['access']), undefined)
  assert.equal(findUnknownWords({ typ: padded(30_000) })[0]?.length, 'typ '.length + 201)
})

test('what is shown cannot forge a line', () => {
  assert.deepEqual(findUnknownWords({ typ: 'a\nb\u202e' }), ['typ a\\u000ab\\u202e'])
})
