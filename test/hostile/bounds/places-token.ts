import { buildIdentityHeaders, MAX_IDENTITY_BYTES } from '../../../src/decision/identity-headers.ts'
import { MAX_TOKEN_CHARACTERS, parseCredentials } from '../../../src/decision/request/credentials.ts'
import { type IssuerDeps, verifyAccessToken } from '../../../src/decision/token/access-token.ts'
import { findStaticToken } from '../../../src/decision/token/static-tokens.ts'
import { readTokenClaims } from '../../../src/decision/token/token-claims.ts'
import { isOpaque, isTooDeep, parseUnverifiedToken } from '../../../src/decision/token/unverified-token.ts'
import { MAX_ANSWER_BYTES } from '../../../src/issuers/introspector.ts'
import { MAIN, NOBODY_INTROSPECTS, named, sampleIssuer, sampleRoute, sampleToken } from '../../unit/decision/sample.ts'
import type { Place } from './place.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64url')
const HEADER = base64('{"alg":"RS256"}')
/** A token of about this length with this payload, whose filling is given a length. */
const token = (size: number, payload: (length: number) => string) =>
  `${HEADER}.${base64(payload(Math.floor((size - 60) * 0.75)))}.c2ln`
const syntax = (text: string) => () => {
  const credentials = parseCredentials(`Bearer ${text}`)
  if (credentials.ok) return parseUnverifiedToken(text).ok || isOpaque(text)
  return false
}

const ISSUERS = Array.from({ length: 20 }, (_, at) => sampleIssuer({ issuer: `https://id-${at}.example.com` }))
const NO_KEYS: IssuerDeps = { findKeys: () => 'unknown', introspect: NOBODY_INTROSPECTS }

const STATIC = [
  sampleIssuer({
    keys: {
      ...{ kind: 'tokensFile', file: 'tokens.yaml' },
      tokens: Array.from({ length: 1000 }, (_, at) => ({ name: `t${at}`, sha256: Buffer.alloc(32, at), claims: {} })),
    },
  }),
]

const HEADERS = Array.from(
  { length: 4 },
  (_, at) => ({ name: `X-${at}`, source: { kind: 'claim', claim: named('c') } }) as const,
)
const identity = (value: unknown) => {
  const route = sampleRoute({ identityHeaders: HEADERS })
  const verified = sampleToken({ claims: { c: value } })
  return () => buildIdentityHeaders(route, verified)
}
const upstream = (value: string) => {
  const claim = { kind: 'claim', claim: named('c') } as const
  const route = sampleRoute({ identityHeaders: [], upstreamAuthorization: claim })
  const verified = sampleToken({ claims: { c: value } })
  return () => buildIdentityHeaders(route, verified)
}
const scopes = (scope: string) => () => readTokenClaims({ exp: 1, scope }, undefined, MAIN)
const answer = (text: string) => () => {
  const document: unknown = JSON.parse(text)
  return isTooDeep(document)
}

const TOKEN = '32 KiB, else 401 `token_too_large`'

/** What is read of a token, and what is made of it. */
export const TOKEN_PLACES: readonly Place[] = [
  {
    ...{ work: 'the syntax of a token is judged', file: 'src/decision/token/unverified-token.ts', input: 'a token' },
    ...{ bound: TOKEN, largest: MAX_TOKEN_CHARACTERS, beyond: 60_000 },
    shapes: {
      'a long word': (size) => syntax('a'.repeat(size)),
      dots: (size) => syntax(`a${'.a'.repeat(size / 2)}`.slice(0, size)),
      'equals signs': (size) => syntax(`${'='.repeat(size - 1)}a`),
      'nested lists': (size) =>
        syntax(token(size, (length) => `{"a":${'['.repeat(length / 2)}${']'.repeat(length / 2)}}`)),
      'many members': (size) =>
        syntax(token(size, (length) => `{${Array.from({ length: length / 12 }, (_, at) => `"a${at}":1`).join(',')}}`)),
      'numbers as names': (size) =>
        syntax(
          token(
            size,
            (length) => `{${Array.from({ length: length / 14 }, (_, at) => `"${at * 65_536}":1`).join(',')}}`,
          ),
        ),
    },
  },
  {
    ...{ work: 'an unknown issuer is compared with 20 that are known', file: 'src/decision/token/access-token.ts' },
    ...{ input: '`iss` of a token', bound: `the token: ${TOKEN}`, largest: MAX_TOKEN_CHARACTERS },
    shapes: {
      letters: (size) => {
        const text = token(size, (length) => `{"iss":"${'É'.repeat(length / 2)}"}`)
        return () => verifyAccessToken(text, ISSUERS, NO_KEYS)
      },
    },
  },
  {
    ...{ work: 'a token is looked up among 1,000 static ones', file: 'src/decision/token/static-tokens.ts' },
    ...{ input: 'a token', bound: `${TOKEN}; 1,000 tokens in a file`, largest: MAX_TOKEN_CHARACTERS },
    shapes: { 'a long word': (size) => () => findStaticToken('a'.repeat(size), STATIC) },
  },
  {
    ...{ work: 'scopes are split', file: 'src/decision/token/token-claims.ts', input: '`scope` of a signed token' },
    ...{ bound: `the token: ${TOKEN}`, largest: 24_000 },
    shapes: {
      blanks: (size) => scopes(' '.repeat(size)),
      'short words': (size) => scopes(Array.from({ length: size / 5 }, (_, at) => (at + 1000).toString(36)).join(' ')),
    },
  },
  {
    ...{
      work: 'identity values are encoded',
      file: 'src/decision/identity-headers.ts',
      input: 'claims of a signed token',
    },
    ...{ bound: '8,192 bytes of names and values, else 403 `identity_too_large`', largest: MAX_IDENTITY_BYTES / 4 - 4 },
    beyond: 23_000,
    shapes: {
      'blanks inside': (size) => identity(`a${' '.repeat(size - 2)}x`),
      letters: (size) => identity('é'.repeat(size)),
      'half surrogate pairs': (size) => identity('\ud800'.repeat(size)),
      'a list': (size) => identity(new Array<string>(Math.floor(size / 2)).fill('é')),
      'a list of objects': (size) => identity(new Array<object>(Math.floor(size)).fill({})),
    },
  },
  {
    ...{ work: 'Authorization for the backend is encoded', file: 'src/decision/identity-headers.ts' },
    ...{ input: 'the claim of `upstreamAuthorization`', bound: `the token: ${TOKEN}`, largest: 23_000 },
    shapes: {
      'blanks inside': (size) => upstream(`a${' '.repeat(size)}x`),
      letters: (size) => upstream('é'.repeat(size / 2)),
      'half surrogate pairs': (size) => upstream('\ud800'.repeat(size / 6)),
    },
  },
  {
    ...{
      work: 'an answer about a token is read',
      file: 'src/issuers/introspector.ts',
      input: 'an introspection answer',
    },
    ...{ bound: '32 KiB and 32 levels, else 503 `introspection_unavailable`', largest: MAX_ANSWER_BYTES },
    shapes: {
      'nested lists': (size) => answer(`{"a":${'['.repeat(size / 2 - 3)}${']'.repeat(size / 2 - 3)}}`),
      'wide and deep': (size) =>
        answer(`{"a":[${new Array(Math.floor(size / 64)).fill(`${'['.repeat(30)}${']'.repeat(30)}`).join(',')}]}`),
    },
  },
]
