import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clockSkew, clockTolerance, customFetch, validateJwtAccessToken } from 'oauth4webapi'
import { ISSUERS, NOW, readConfiguration } from './configuration.ts'
import { openForge } from './token-forge.ts'
import { createInProcess } from './transport.ts'
import { REMOVED, type TokenRecipe } from './vector.ts'

const forge = await openForge()
const ask = createInProcess(
  readConfiguration((issuer) => `https://keys.example.com/${issuer}`),
  forge,
)
const AUDIENCE = 'conformance'
const server = { issuer: ISSUERS.main.iss, jwks_uri: 'https://keys.example.com/main' }

/** Seconds by which oauth4webapi's clock is moved to that of the vectors. */
const skew = () => NOW - Math.floor(Date.now() / 1000)

async function theyAccept(token: string, credentials: string): Promise<boolean> {
  const request = new Request('https://api.example.com/both', {
    headers: { authorization: credentials.replace('{token}', token) },
  })
  const options = {
    [customFetch]: () => Promise.resolve(Response.json(forge.keySet('main'))),
    signingAlgorithms: ['ES256', 'RS256', 'EdDSA'],
    [clockTolerance]: 30,
    [clockSkew]: skew(),
  }
  return validateJwtAccessToken(server, request, AUDIENCE, options).then(
    () => true,
    () => false,
  )
}

async function weAccept(recipe: TokenRecipe, credentials: string): Promise<boolean> {
  const { decision } = await ask({
    id: 'generated',
    spec: '-',
    title: '-',
    route: 'both',
    token: recipe,
    credentials,
    expect: { status: 200, reason: 'token' },
  })
  return decision.outcome === 'allow'
}

/** Every known disagreement: when it applies, who accepts, and why that is right. */
const DISAGREEMENTS: Readonly<Record<string, { readonly who: 'we' | 'they'; readonly why: string }>> = {
  'typ JWT': { who: 'we', why: 'few providers issue at+jwt; requireTyp asks for it' },
  'typ missing': { who: 'we', why: 'the same' },
  'sub missing': { who: 'we', why: 'RFC 9068 wants it, RFC 7519 does not; the identity header is empty' },
  'jti missing': { who: 'we', why: 'RFC 9068 wants it, many providers leave it out' },
  'client_id missing': { who: 'we', why: 'many providers say azp or cid' },
  'iat in the future': { who: 'they', why: 'a token from the future is a wrong clock or a forgery' },
  'aud with a number': { who: 'they', why: 'RFC 7519 §4.1.3: strings only' },
  'signature in another spelling': {
    who: 'they',
    why: 'one signature must have one token, or revocation by hash is evaded',
  },
  'exp in milliseconds': { who: 'they', why: 'it would be valid for 50,000 years' },
  'two spaces': { who: 'they', why: 'a backend that splits at the first space would see another token' },
  'scope a number': { who: 'they', why: 'RFC 8693 §4.2: a string' },
  'cnf empty': { who: 'they', why: 'it asks for a proof that nobody gave' },
  'nested too deep': { who: 'they', why: 'whoever writes such a claim runs out of stack' },
}

/** Ways to make a token; the good one is `at+jwt` with everything that RFC 9068 asks for. */
const CHANGES: Readonly<Record<string, TokenRecipe & { readonly credentials?: string }>> = {
  nothing: {},
  'scheme in capitals': { credentials: 'BEARER {token}' },
  'two spaces': { credentials: 'Bearer  {token}' },
  'a word after it': { credentials: 'Bearer {token} x' },
  'other scheme': { credentials: 'Basic {token}' },
  'typ JWT': { header: { typ: 'JWT' } },
  'typ missing': { header: { typ: REMOVED } },
  'typ dpop+jwt': { header: { typ: 'dpop+jwt' } },
  'typ in full': { header: { typ: 'application/at+jwt' } },
  'alg HS256': { header: { alg: 'HS256' } },
  'alg none': { alg: 'none' },
  RS256: { alg: 'RS256' },
  EdDSA: { alg: 'EdDSA' },
  'RS256 under the kid of ES256': { alg: 'RS256', header: { kid: 'shared' } },
  'kid missing': { header: { kid: REMOVED } },
  'kid unknown': { header: { kid: 'x' } },
  crit: { header: { crit: ['b64x'], b64x: 1 } },
  'another key': { signedBy: 'twin' },
  'iss other': { claims: { iss: `${ISSUERS.main.iss}/` } },
  'iss a list': { claims: { iss: [ISSUERS.main.iss] } },
  'iss missing': { claims: { iss: REMOVED } },
  'aud text': { claims: { aud: AUDIENCE } },
  'aud other': { claims: { aud: `${AUDIENCE}/` } },
  'aud missing': { claims: { aud: REMOVED } },
  'aud with a number': { claims: { aud: [AUDIENCE, 7] } },
  'sub missing': { claims: { sub: REMOVED } },
  'sub a number': { claims: { sub: 7 } },
  'jti missing': { claims: { jti: REMOVED } },
  'client_id missing': { claims: { client_id: REMOVED } },
  'client_id a number': { claims: { client_id: 7 } },
  'exp missing': { claims: { exp: REMOVED } },
  'exp as text': { claims: { exp: '9999999999' } },
  'exp in milliseconds': { claims: { exp: 1_800_000_300_000 } },
  'iat missing': { claims: { iat: REMOVED } },
  'iat in the future': { claims: { iat: NOW + 3600 } },
  'nbf as text': { claims: { nbf: '1' } },
  'scope a number': { claims: { scope: 7 } },
  'cnf empty': { claims: { cnf: {} } },
  'nested too deep': { claims: { deep: JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) } },
  ...Object.fromEntries(
    (
      [
        'payload raised to admin',
        'last byte of the signature changed',
        'signature removed',
        'two segments',
        'four segments',
        'five segments',
        'payload removed',
        'padded with =',
        'signature in another spelling',
        'payload is a list',
        'payload is not UTF-8',
      ] as const
    ).map((mutation) => [mutation, { mutation }]),
  ),
}

test('oauth4webapi and we agree on every generated token, but for the disagreements that are listed', async () => {
  const seen = new Set<string>()
  const seconds = fc.oneof(fc.integer({ min: -90, max: 90 }), fc.constantFrom(300, 86_400, -86_400))
  const change = fc.constantFrom(...Object.keys(CHANGES))
  await fc.assert(
    fc.asyncProperty(change, seconds, fc.option(seconds), fc.string(), async (name, expiresIn, notBefore, text) => {
      // The moved clock of the other side may tick between two looks at it.
      fc.pre(Math.abs(expiresIn + 30) > 3 && Math.abs((notBefore ?? 0) - 30) > 3)
      const { credentials = 'Bearer {token}', ...changed } = CHANGES[name] ?? {}
      const recipe: TokenRecipe = {
        ...changed,
        header: { typ: 'at+jwt', ...changed.header },
        claims: {
          exp: NOW + expiresIn,
          ...(notBefore === null ? {} : { nbf: NOW + notBefore }),
          name: text,
          ...changed.claims,
        },
      }
      const token = forge.make(recipe)
      // The very token, as signatures differ from one signing to the next.
      const [they, we] = await Promise.all([theyAccept(token, credentials), weAccept({ text: token }, credentials)])
      if (they === we) return
      seen.add(name)
      assert.equal(we ? 'we' : 'they', DISAGREEMENTS[name]?.who, name)
    }),
    { numRuns: 500, examples: Object.keys(CHANGES).map((name) => [name, 300, null, '']) },
  )
  assert.deepEqual(
    Object.keys(DISAGREEMENTS).filter((name) => !seen.has(name)),
    [],
    'disagreements that are none',
  )
})
