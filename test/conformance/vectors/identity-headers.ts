import { alike, each, REMOVED, type Vector } from '../vector.ts'

const HUGE = {
  status: 403,
  reason: 'identity_too_large',
  absent: ['WWW-Authenticate'],
  body: '{"reason":"identity_too_large","message":"The identity headers would be too large"}',
} as const
const ALIAS = {
  status: 403,
  reason: 'identity_header_alias',
  absent: ['WWW-Authenticate'],
  body: '{"reason":"identity_header_alias","message":"The request has a header that could be mistaken for an identity header"}',
} as const
const spec = 'RFC 9700 §4.13; N1, N3; bypass case 26'
const row = (id: string, claims: Record<string, unknown>, headers: Record<string, string>): Vector => ({
  id: `identity-${id}`,
  spec,
  title: id,
  route: 'identity',
  token: { claims },
  expect: { status: 200, reason: 'token', headers },
})

/** What the upstream learns of a verified token. */
export const IDENTITY_HEADERS: readonly Vector[] = [
  ...alike({ route: 'kubernetes' })({
    'identity-default': {
      spec,
      title: 'the four default headers',
      token: { claims: { scope: 'mcp:read openid' } },
      expect: {
        status: 200,
        reason: 'token',
        headers: {
          'X-Auth-Subject': 'alice',
          'X-Auth-Issuer': 'main',
          'X-Auth-Client': 'claude',
          'X-Auth-Scopes': 'mcp:read openid',
          'Content-Length': '0',
        },
        absent: ['Authorization', 'Content-Type'],
      },
    },
    'identity-empty': {
      spec: 'bypass case 22: the proxy removes only what we answer',
      title: 'no such claims: empty and not absent',
      token: { claims: { sub: REMOVED, client_id: REMOVED } },
      request: {
        headers: [
          ['X-Auth-Subject', 'admin'],
          ['X-Auth-Client', 'admin'],
        ],
      },
      expect: { status: 200, reason: 'token', headers: { 'X-Auth-Subject': '', 'X-Auth-Client': '' } },
    },
  }),
  row('line break', { sub: 'a@b\r\nX-Evil: 1' }, { 'X-User': 'a@b%0D%0AX-Evil: 1' }),
  row('NUL and DEL', { sub: 'a\u0000\u007f' }, { 'X-User': 'a%00%7F' }),
  row('8 bit and beyond', { sub: 'é😀' }, { 'X-User': '%C3%A9%F0%9F%98%80' }),
  row('half a surrogate pair', { sub: '\ud800' }, { 'X-User': '%ED%A0%80' }),
  row('per cent', { sub: '%0A' }, { 'X-User': '%250A' }),
  row('blanks around', { sub: ' a b ' }, { 'X-User': '%20a b%20' }),
  row('comma in text', { sub: 'a,b' }, { 'X-User': 'a,b' }),
  row('list', { groups: ['a b', 'c'] }, { 'X-Groups': 'a b,c' }),
  row('list with commas', { groups: ['admins,root', '%2C', ' x'] }, { 'X-Groups': 'admins%2Croot,%252C,%20x' }),
  row('list of other things', { groups: [1, true, null, { a: 1 }] }, { 'X-Groups': '1,true,null,eyJhIjoxfQ' }),
  row('number and boolean', { groups: 7, data: false }, { 'X-Groups': '7', 'X-Data': 'false' }),
  row('null', { groups: null }, { 'X-Groups': '' }),
  row('object', { data: { a: 'é' } }, { 'X-Data': 'eyJhIjoiw6kifQ' }),
  row('pointer', { realm_access: { roles: ['read'] } }, { 'X-Role': 'read', 'X-Issuer': 'main', 'X-Client': 'claude' }),
  row('scopes of a list', { scope: ['a b', 'c', 'd%'] }, { 'X-Scopes': 'a%20b c d%25' }),
  row('at the limit', { sub: 'a'.repeat(8192 - 68) }, {}),
  {
    id: 'identity-too-large',
    spec: 'CONTRACT: nothing is truncated',
    title: 'a byte above the limit',
    route: 'identity',
    token: { claims: { sub: 'a'.repeat(8193 - 68) } },
    twin: 'identity-at the limit',
    expect: HUGE,
  },
  ...each(
    ['X_Auth_Subject', 'x-auth_subject', 'X.Auth.Subject', 'x_auth_issuer', 'X_Auth_Client', 'X_AUTH_SCOPES'],
    (name) => ({
      id: `alias-${name}`,
      spec: 'CVE-2025-64484; CVE-2026-54763; bypass case 23',
      title: `${name} is read as an identity header by some backends`,
      route: 'kubernetes',
      token: {},
      request: { headers: [[name, 'admin']] },
      twin: 'alias-none',
      expect: ALIAS,
    }),
  ),
  ...alike({ spec: 'bypass case 23', token: {} })({
    'alias-none': {
      title: 'the exact name, which the proxy removes',
      route: 'kubernetes',
      request: { headers: [['x-auth-subject', 'admin']] },
      expect: { status: 200, reason: 'token', headers: { 'X-Auth-Subject': 'alice' } },
    },
    'alias-of-another-route': {
      title: 'an alias of a header that this route does not set',
      route: 'identity',
      request: { headers: [['X_Auth_Subject', 'admin']] },
      expect: { status: 200, reason: 'token' },
    },
  }),
]
