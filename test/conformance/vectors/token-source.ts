import { alike, REMOVED, type Vector } from '../vector.ts'

const MISSING = { status: 401, reason: 'credentials_missing' } as const
const AMBIGUOUS = { status: 400, reason: 'credentials_ambiguous' } as const
const inHeader = (...values: readonly string[]) => ({
  headers: values.map((value) => ['Cf-Access-Jwt-Assertion', value] as const),
})
const inCookie = (...fields: readonly string[]) => ({ headers: fields.map((field) => ['Cookie', field] as const) })

const COOKIE = { spec: 'RFC 6265 §4.2.1', route: 'cookie', token: {} } as const

/** Tokens elsewhere than in Authorization. */
export const TOKEN_SOURCE: readonly Vector[] = [
  ...alike({
    spec: 'RFC 6750 §2: one method in each request',
    route: 'access',
    token: {},
    request: inHeader('{token}'),
  })({
    'source-header': {
      title: 'the bare token; what is in Authorization does not reach the backend',
      expect: { status: 200, reason: 'token', headers: { 'X-Auth-Subject': 'alice', Authorization: '' } },
    },
    'source-header-bearer': {
      title: 'behind the word Bearer',
      request: inHeader('Bearer {token}'),
      expect: { status: 200, reason: 'token' },
    },
    'source-header-other-authorization': {
      title: 'Authorization is of no account',
      credentials: 'Basic dXNlcjpwYXNz',
      expect: { status: 200, reason: 'token', headers: { Authorization: '' } },
    },
    'source-header-and-authorization': {
      title: 'in both places',
      credentials: 'Bearer {token}',
      expect: { status: 200, reason: 'token', headers: { Authorization: '' } },
    },
  }),
  ...alike({ spec: 'RFC 6750 §2: one method in each request', route: 'access', token: {}, twin: 'source-header' })({
    'source-header-token-in-authorization': {
      title: 'a good token in Authorization alone',
      twin: 'source-header-and-authorization',
      request: inHeader(),
      credentials: 'Bearer {token}',
      expect: MISSING,
    },
    'source-header-empty': { title: 'an empty header', request: inHeader(''), expect: MISSING },
    'source-header-twice': { title: 'the header twice', request: inHeader('{token}', '{token}'), expect: AMBIGUOUS },
    'source-header-alias': {
      title: 'a spelling that some backends read as the same header',
      request: { headers: [...inHeader('{token}').headers, ['Cf_Access_Jwt_Assertion', 'x']] },
      expect: { status: 403, reason: 'identity_header_alias' },
    },
    'source-header-basic': {
      title: 'another scheme in it is not a token',
      request: inHeader('Basic {token}'),
      expect: { status: 401, reason: 'credentials_malformed' },
    },
    'source-header-expired': {
      token: { claims: { exp: REMOVED } },
      title: 'judged like any token',
      request: inHeader('{token}'),
      expect: { status: 401, reason: 'claim_invalid' },
    },
  }),
  {
    spec: 'RFC 6750 §3.1',
    route: 'access-open',
    id: 'source-header-anonymous',
    title: 'anonymous without the header',
    expect: { status: 200, reason: 'anonymous', headers: { 'X-Auth-Subject': '' } },
  },
  ...alike({ spec: 'RFC 6750 §3.1', route: 'access-open', twin: 'source-header-anonymous', expect: MISSING })({
    'source-header-anonymous-authorization': {
      title: 'a request with an Authorization is not anonymous: it would reach the backend unread',
      credentials: 'Bearer x',
    },
    'source-header-anonymous-empty': { title: 'nor is one with an empty header', request: inHeader('') },
  }),
  ...[
    'CF_Authorization={token}',
    'a=b; CF_Authorization={token}; c="d"',
    'a=CF_Authorization; CF_Authorization={token}',
  ].map(
    (field, at): Vector => ({
      ...COOKIE,
      id: `source-cookie-${at}`,
      title: 'among other cookies',
      request: inCookie(field),
      expect: { status: 200, reason: 'token', headers: { 'X-Auth-Subject': 'alice' } },
    }),
  ),
  {
    spec: 'RFC 9113 §8.2.3',
    route: 'cookie',
    token: {},
    id: 'source-cookie-fields',
    title: 'in one of several Cookie fields',
    request: inCookie('a=b', 'CF_Authorization={token}'),
    expect: { status: 200, reason: 'token' },
  },
  ...[['CF_Authorization={token}; CF_Authorization=x'], ['CF_Authorization={token}', 'CF_Authorization={token}']].map(
    (fields, at): Vector => ({
      ...COOKIE,
      id: `source-cookie-twice-${at}`,
      title: 'the cookie twice: a backend may read the other one',
      twin: 'source-cookie-0',
      request: inCookie(...fields),
      expect: AMBIGUOUS,
    }),
  ),
  ...alike({ spec: 'RFC 6265 §4.2.1', route: 'cookie', token: {} })({
    'source-cookie-case': {
      title: 'names of cookies differ by case: this is another one, and no user is logged in',
      request: inCookie('cf_authorization={token}'),
      expect: { status: 200, reason: 'anonymous', headers: { 'X-Auth-Subject': '' } },
    },
    'source-cookie-empty': {
      title: 'an empty cookie is not none',
      twin: 'source-cookie-0',
      request: inCookie('CF_Authorization='),
      expect: MISSING,
    },
    'source-cookie-quoted': {
      title: 'nothing is taken off',
      twin: 'source-cookie-0',
      request: inCookie('CF_Authorization="{token}"'),
      expect: { status: 401, reason: 'credentials_malformed' },
    },
    'source-cookie-page': {
      spec: 'Fetch standard: CORS protocol and credentials',
      title: 'a page that sends its cookie can read why it was refused',
      twin: 'source-cookie-0',
      request: { headers: [...inCookie('CF_Authorization=').headers, ['Origin', 'https://app.example.com']] },
      expect: {
        ...MISSING,
        headers: {
          'Access-Control-Allow-Origin': 'https://app.example.com',
          'Access-Control-Allow-Credentials': 'true',
        },
      },
    },
    'source-cookie-origin': {
      title: 'another site cannot use the cookie of a browser',
      twin: 'source-cookie-0',
      request: { headers: [...inCookie('CF_Authorization={token}').headers, ['Origin', 'https://evil.example']] },
      expect: { status: 403, reason: 'origin_not_allowed' },
    },
  }),
]
