import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import type { Issuer } from '../../../../src/config/model-issuer.ts'
import { verifyAccessToken } from '../../../../src/decision/token/access-token.ts'
import { findStaticToken, MIN_STATIC_TOKEN_CHARACTERS } from '../../../../src/decision/token/static-tokens.ts'
import { isOpaque } from '../../../../src/decision/token/unverified-token.ts'
import { MAIN, NOBODY_INTROSPECTS, NOW, sampleIssuer } from '../sample.ts'

const TOKEN = 'fwg_0123456789-0123456789-0123456789'
const list = (name: string, ...tokens: readonly (readonly [text: string, sub: string])[]): Issuer =>
  sampleIssuer({
    name,
    issuer: '',
    keys: {
      kind: 'tokensFile',
      file: name,
      tokens: tokens.map(([text, sub]) => ({ sha256: hash('sha256', text, 'buffer'), claims: { sub, exp: NOW } })),
    },
  })

const never = () => assert.fail('no key is needed')
const verify = (token: string, issuers: readonly Issuer[]) =>
  verifyAccessToken(token, issuers, { findKeys: never, introspect: NOBODY_INTROSPECTS })

test('a listed token is its issuer’s, wherever in the list it is', async () => {
  const robots = list(
    'robots',
    ['another-token-0123456789', 'other'],
    [TOKEN, 'robot'],
    ['third-0123456789-0123456', 'x'],
  )
  const verification = await verify(TOKEN, [MAIN, list('first'), robots])
  assert.ok(verification.ok)
  assert.equal(verification.token.issuer, robots)
  assert.equal(verification.token.subject, 'robot')
  assert.equal(verification.token.validity.live, true)
})

test('the first of two files that list a token decides', () => {
  const found = findStaticToken(TOKEN, [list('a', [TOKEN, 'first']), list('b', [TOKEN, 'second'])])
  assert.equal(found?.claims['sub'], 'first')
})

test('a token that is not listed, or that is too short to be random, is opaque', async () => {
  const short = 'x'.repeat(MIN_STATIC_TOKEN_CHARACTERS - 1)
  const robots = list('robots', [TOKEN, 'robot'], [short, 'weak'], [`${short}x`, 'long enough'])
  for (const token of [`${TOKEN}x`, TOKEN.slice(1), short]) {
    assert.deepEqual(await verify(token, [robots]), {
      ok: false,
      form: 'opaque',
      denial: { reason: 'token_opaque', step: 'token', form: 'opaque' },
    })
  }
  assert.ok((await verify(`${short}x`, [robots])).ok)
})

test('only what is not a JWT at all is looked up', async () => {
  const encode = (text: string) => Buffer.from(text).toString('base64url')
  const jwts = [
    'eyJhbGciOiJIUzI1NiJ9',
    'eyJhbGciOiJIUzI1NiIsInR5c.e30.AAAA',
    `${encode('{"alg":"HS256"}')}.${encode('{}')}.AAAA`,
    `${encode('{ "alg": "HS256"}')}.broken.AAAA`,
    `${encode('{"alg":"RSA-OAEP"}')}.AA.AA.AA.AA`,
  ]
  const robots = list('robots', ...jwts.map((text) => [text, 'robot'] as const))
  for (const jwt of jwts) {
    assert.equal(isOpaque(jwt), false, jwt)
    assert.ok(!(await verify(jwt, [robots])).ok, jwt)
  }
  // The last one is a JSON object in another alphabet than that of a JWT.
  const others = ['ya29.a0AfH6SMBx.abc', 'a.b.c', 'Zm9v==', `${Buffer.from(' {"a":">>>"}').toString('base64')}.b`]
  for (const token of [TOKEN, ...others]) assert.equal(isOpaque(token), true, token)
  assert.equal(isOpaque('no token68'), false)
})

test('a tokens file issues no JWT, also none with an empty iss or without any', async () => {
  const sign = (claims: object) =>
    [{ alg: 'RS256' }, claims, {}].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  for (const claims of [{ iss: '' }, {}, { iss: '/' }]) {
    const verification = await verify(sign(claims), [list('robots', [TOKEN, 'robot'])])
    assert.ok(!verification.ok)
    assert.equal(verification.denial.reason, 'issuer_untrusted')
    if (claims.iss !== undefined)
      assert.deepEqual(Object.keys(verification.denial), ['reason', 'step', 'unverifiedIssuer'])
  }
})
