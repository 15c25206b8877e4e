import { STATIC } from '../configuration.ts'
import { alike, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const OPAQUE = { status: 401, reason: 'token_opaque' } as const
const row = (
  id: string,
  spec: string,
  title: string,
  text: string,
  expect: Vector['expect'],
  twin = 'static-good',
): Vector => ({
  id: `static-${id}`,
  spec,
  title,
  route: 'robots',
  token: { text },
  expect,
  ...(twin === '' ? {} : { twin }),
})

/** Tokens that are not JWTs and known by their hash, beside JWTs on one route. */
export const STATIC_TOKENS: readonly Vector[] = [
  row(
    'good',
    'RFC 6750 §2.1: the token is opaque to its client',
    'a listed token',
    STATIC.good,
    {
      ...ALLOWED,
      headers: {
        'X-Auth-Subject': 'robot',
        'X-Auth-Issuer': 'robots',
        'X-Auth-Client': 'cron',
        'X-Auth-Scopes': 'mcp:read',
      },
    },
    '',
  ),
  row('with-dots', 'RFC 6750 §2.1', 'a listed token with three parts is not a JWT', STATIC.dotted, ALLOWED, ''),
  row('stranger', 'RFC 6750 §3.1', 'a token that is not listed', STATIC.stranger, OPAQUE),
  row('one-more', 'RFC 6819 §5.1.4.2.2', 'a listed token and one character', `${STATIC.good}x`, OPAQUE),
  row('beginning', 'RFC 6819 §5.1.4.2.2', 'the beginning of a listed token', STATIC.good.slice(0, -1), OPAQUE),
  row('case', 'RFC 6819 §5.1.4.2.2', 'a listed token in capitals', STATIC.good.toUpperCase(), OPAQUE),
  row(
    'short',
    'RFC 6819 §5.1.4.2.2: at least 128 random bits',
    'a listed word that can be guessed',
    STATIC.short,
    OPAQUE,
  ),
  row('expired', 'RFC 7519 §4.1.4', 'after its exp', STATIC.expired, { status: 401, reason: 'token_expired' }),
  row('audience', 'RFC 8707 §2', 'for another resource', STATIC.elsewhere, {
    status: 401,
    reason: 'audience_mismatch',
  }),
  row('scope', 'RFC 6750 §3.1', 'without the scope', STATIC.scopeless, { status: 403, reason: 'scope_insufficient' }),
  row('claim', 'DESIGN §4 claims', 'a group that may not', STATIC.guest, { status: 403, reason: 'claim_not_allowed' }),
  row('revoked', 'CONTRACT: static tokens are judged too', 'its jti is revoked', STATIC.revoked, {
    status: 401,
    reason: 'token_revoked',
  }),
  row('lifetime', 'CONTRACT: exp - iat', 'for longer than is allowed', STATIC.lasting, {
    status: 403,
    reason: 'token_lifetime_exceeded',
  }),
  ...alike({ route: 'robots' })({
    'static-rule': {
      spec: 'DESIGN §4 rules',
      title: 'a rule asks for more',
      request: { method: 'DELETE' },
      token: { text: STATIC.good },
      twin: 'static-good',
      expect: { status: 403, reason: 'scope_insufficient' },
    },
    'static-other-route': {
      spec: 'DESIGN §5: only the issuers of the route',
      title: 'on a route that does not name the file',
      route: 'root',
      token: { text: STATIC.good },
      expect: OPAQUE,
    },
    'static-beside-jwt': { spec: 'DESIGN §4 accept', title: 'a JWT on the same route', token: {}, expect: ALLOWED },
    'static-no-iss': {
      spec: 'RFC 7519 §4.1.1',
      title: 'a JWT with an empty iss does not belong to a file of tokens',
      token: { claims: { iss: '' } },
      twin: 'static-beside-jwt',
      expect: { status: 401, reason: 'issuer_untrusted' },
    },
    'static-challenge': {
      spec: 'RFC 9728 §5.1; never advertised',
      title: 'the challenge asks for nothing that only robots have',
      expect: {
        status: 401,
        reason: 'credentials_missing',
        headers: {
          'WWW-Authenticate':
            'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/robots"',
        },
      },
    },
  }),
]
