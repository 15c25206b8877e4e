import { STATIC } from '../configuration.ts'
import type { Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const UNTRUSTED = { status: 401, reason: 'issuer_untrusted' } as const
const NO_ACCESS_TOKEN = { status: 401, reason: 'token_type_rejected' } as const
const UNAVAILABLE = {
  status: 503,
  reason: 'introspection_unavailable',
  absent: ['WWW-Authenticate'],
  headers: { 'Retry-After': '5' },
  body: '{"reason":"introspection_unavailable","message":"The issuer cannot be asked about the access token right now"}',
} as const
const row = (id: string, spec: string, title: string, text: string, expect: Vector['expect'], twin = ''): Vector => ({
  id: `introspection-${id}`,
  spec,
  title,
  route: 'opaque',
  token: { text },
  expect,
  ...(twin === '' ? {} : { twin }),
})
const GOOD = 'introspection-good'

/** Tokens that only their issuer can read (RFC 7662). */
export const INTROSPECTION: readonly Vector[] = [
  row('good', 'RFC 7662 §2.2', 'an active token', 'opaque-good-0123456789', {
    ...ALLOWED,
    headers: {
      'X-Auth-Subject': 'alice',
      'X-Auth-Issuer': 'opaque',
      'X-Auth-Client': 'claude',
      'X-Auth-Scopes': 'mcp:read',
    },
  }),
  row(
    'optional',
    'RFC 7662 §2.2: iss and token_type are optional',
    'an answer without them',
    'opaque.with.dots-0123',
    ALLOWED,
  ),
  row(
    'inactive',
    'RFC 7662 §2.2',
    'a token that is not active',
    'opaque-inactive-0123456789',
    { status: 401, reason: 'token_revoked' },
    GOOD,
  ),
  row(
    'unknown',
    'RFC 7662 §2.2',
    'a token that nobody made',
    'opaque-made-up',
    { status: 401, reason: 'token_revoked' },
    GOOD,
  ),
  row('iss', 'RFC 7662 §2.2; RFC 7519 §4.1.1', 'the iss of another issuer', 'opaque-other-issuer', UNTRUSTED, GOOD),
  row(
    'iss-slash',
    'RFC 7519 §4.1.1: byte for byte',
    'an iss with a slash more',
    'opaque-other-issuer-slash',
    UNTRUSTED,
    GOOD,
  ),
  row('iss-list', 'RFC 7519 §4.1.1', 'an iss that is a list', 'opaque-iss-list', UNTRUSTED, GOOD),
  row(
    'refresh',
    'RFC 7662 §2.1: servers answer for refresh tokens as well',
    'token_type refresh_token',
    'opaque-refresh-token',
    NO_ACCESS_TOKEN,
    GOOD,
  ),
  row('refresh-use', 'RFC 7662 §2.1', 'token_use refresh_token', 'opaque-refresh-use', NO_ACCESS_TOKEN, GOOD),
  row('refresh-keycloak', 'RFC 7662 §2.1', "Keycloak's typ Refresh", 'opaque-keycloak-refresh', NO_ACCESS_TOKEN, GOOD),
  row('dpop', 'RFC 9449 §7', 'a token that needs a proof', 'opaque-dpop', NO_ACCESS_TOKEN, GOOD),
  row(
    'bound',
    'RFC 7800; RFC 8705 §3.2',
    'an answer with a cnf',
    'opaque-bound',
    { status: 401, reason: 'claim_invalid' },
    GOOD,
  ),
  row(
    'no-exp',
    'CONTRACT: exp is required',
    'an answer without exp',
    'opaque-no-exp',
    { status: 401, reason: 'claim_invalid' },
    GOOD,
  ),
  row(
    'expired',
    'RFC 7519 §4.1.4',
    'active and expired',
    'opaque-expired',
    { status: 401, reason: 'token_expired' },
    GOOD,
  ),
  row(
    'not-yet',
    'RFC 7519 §4.1.5',
    'active and not yet valid',
    'opaque-not-yet',
    { status: 401, reason: 'token_not_yet_valid' },
    GOOD,
  ),
  row(
    'audience',
    'RFC 8707 §2',
    'for another resource',
    'opaque-elsewhere',
    { status: 401, reason: 'audience_mismatch' },
    GOOD,
  ),
  row(
    'no-audience',
    'CONTRACT: no aud',
    'for nobody in particular',
    'opaque-no-aud',
    { status: 401, reason: 'audience_mismatch' },
    GOOD,
  ),
  row(
    'scope',
    'RFC 6750 §3.1',
    'without the scope',
    'opaque-scopeless',
    { status: 403, reason: 'scope_insufficient' },
    GOOD,
  ),
  row(
    'revoked-here',
    'CONTRACT: revocation',
    'a subject that is revoked here',
    'opaque-revoked-here',
    { status: 401, reason: 'token_revoked' },
    GOOD,
  ),
  row('active-text', 'RFC 7662 §2.2: active is a boolean', 'active is a text', 'opaque-active-text', UNAVAILABLE, GOOD),
  row('active-missing', 'RFC 7662 §2.2: active is required', 'no active', 'opaque-active-missing', UNAVAILABLE, GOOD),
  {
    ...row('down', 'CONTRACT: a failing endpoint', 'the endpoint fails', 'opaque-good-0123456789', UNAVAILABLE, GOOD),
    keysDown: ['opaque'],
  },
  row(
    'static',
    'CONTRACT: only tokens that no tokensFile knows are sent',
    'a static token on the same route',
    STATIC.good,
    {
      ...ALLOWED,
      headers: { 'X-Auth-Issuer': 'robots' },
    },
  ),
  {
    ...row('static-down', 'CONTRACT', 'a static token while the endpoint fails', STATIC.good, ALLOWED),
    keysDown: ['opaque'],
  },
  {
    id: 'introspection-jwt',
    spec: 'CONTRACT: only non-JWT tokens are sent',
    title: 'a JWT of the same issuer while the endpoint fails is judged by its keys',
    route: 'opaque',
    token: { text: 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA' },
    keysDown: ['opaque'],
    expect: UNTRUSTED,
  },
  {
    ...row(
      'elsewhere',
      'DESIGN §5: only the issuers of the route',
      'on a route that does not introspect',
      'opaque-good-0123456789',
      {
        status: 401,
        reason: 'token_opaque',
      },
    ),
    route: 'root',
  },
]
