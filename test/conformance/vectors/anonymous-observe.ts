import { alike, each, inSeconds, type Vector } from '../vector.ts'

const EMPTY = { 'X-Auth-Subject': '', 'X-Auth-Issuer': '', 'X-Auth-Client': '', 'X-Auth-Scopes': '' } as const
const spoofed = [['X-Auth-Subject', 'admin']] as const
const would = (reason: Vector['expect']['reason']): Vector['expect'] => ({
  status: 200,
  reason,
  outcome: 'would_deny',
  headers: { ...EMPTY, Authorization: '' },
  absent: ['X-Forwardgate-Reason'],
})

/** Routes that let pass without a good token. */
export const ANONYMOUS_OBSERVE: readonly Vector[] = [
  ...alike({ route: 'public' })({
    anonymous: {
      spec: 'DESIGN §4; bypass case 24',
      title: 'no Authorization at all: every identity header is emptied',
      request: { headers: spoofed },
      expect: { status: 200, reason: 'anonymous', headers: EMPTY },
    },
    'anonymous-token': {
      spec: 'DESIGN §4',
      title: 'a good token still has an identity',
      token: {},
      expect: { status: 200, reason: 'token', headers: { 'X-Auth-Subject': 'alice' } },
    },
    'anonymous-bad-token': {
      spec: 'CVE-2026-25748; bypass case 25',
      title: 'a bad token never passes',
      token: { mutation: 'payload raised to admin' },
      twin: 'anonymous-token',
      expect: { status: 401, reason: 'signature_invalid' },
    },
    'anonymous-expired': {
      spec: 'bypass case 25',
      title: 'nor an old one',
      token: { claims: { exp: inSeconds(-60) } },
      twin: 'anonymous-token',
      expect: { status: 401, reason: 'token_expired' },
    },
  }),
  ...each(['Basic dXNlcjpw', 'Bearer', '', 'Bearer x y'], (credentials) => ({
    id: `anonymous-credentials-${credentials}`,
    spec: 'CONTRACT: only where there is no Authorization field at all',
    title: `Authorization: ${credentials}`,
    route: 'public',
    credentials,
    twin: 'anonymous-plain',
    expect: { status: 401, reason: credentials.startsWith('Bearer') ? 'credentials_malformed' : 'credentials_missing' },
  })),
  ...alike({ spec: 'CONTRACT', route: 'public' })({
    'anonymous-plain': { title: 'no Authorization field', expect: { status: 200, reason: 'anonymous' } },
    'anonymous-two-fields': {
      spec: 'B7',
      title: 'two Authorization fields',
      request: {
        headers: [
          ['Authorization', 'a'],
          ['Authorization', 'b'],
        ],
      },
      twin: 'anonymous-plain',
      expect: { status: 400, reason: 'credentials_ambiguous' },
    },
    'anonymous-rule': {
      spec: 'DESIGN §4',
      title: 'a matching rule asks for something',
      request: { method: 'DELETE' },
      twin: 'anonymous-plain',
      expect: {
        status: 401,
        reason: 'credentials_missing',
        headers: {
          'WWW-Authenticate':
            'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/public", scope="mcp:read mcp:write"',
        },
      },
    },
    'anonymous-preflight': {
      spec: 'CONTRACT: anonymous never applies to a preflight',
      title: 'a true preflight',
      request: {
        method: 'OPTIONS',
        headers: [
          ['Origin', 'https://o.example'],
          ['Access-Control-Request-Method', 'POST'],
        ],
      },
      expect: { status: 401, reason: 'credentials_missing' },
    },
    'observed-token': {
      title: 'what would be allowed is answered as in enforce',
      route: 'observed',
      token: {},
      expect: { status: 200, reason: 'token', headers: { 'X-Auth-Subject': 'alice', Authorization: '' } },
    },
    'observed-nothing': {
      title: 'no credentials',
      route: 'observed',
      request: { headers: spoofed },
      expect: would('credentials_missing'),
    },
    'observed-two-fields': {
      title: 'two Authorization fields',
      route: 'observed',
      token: {},
      request: { headers: [['Authorization', 'x']] },
      expect: would('credentials_ambiguous'),
    },
  }),
  ...alike({ spec: 'CONTRACT', route: 'observed' })({
    'observed-bad': {
      title: 'a bad token',
      token: { mutation: 'payload raised to admin' },
      expect: would('signature_invalid'),
    },
    'observed-scope': {
      title: 'a scope is missing',
      token: { claims: { scope: '' } },
      expect: would('scope_insufficient'),
    },
    'observed-origin': {
      title: 'an origin that is not listed',
      token: {},
      request: { headers: [['Origin', 'https://evil.example']] },
      expect: would('origin_not_allowed'),
    },
    'observed-huge': {
      title: 'an identity that is too large',
      token: { claims: { sub: 'a'.repeat(9000) } },
      expect: would('identity_too_large'),
    },
  }),
  ...alike({ route: 'observed', token: {}, twin: 'observed-token' })({
    'observed-alias': {
      spec: 'CONTRACT: except identity_header_alias',
      title: 'an alias of an identity header',
      request: { headers: [['X_Auth_Subject', 'admin']] },
      expect: { status: 403, reason: 'identity_header_alias' },
    },
    'observed-service': {
      spec: 'CONTRACT: class service is never passed',
      title: 'outside of the lock',
      request: { host: 'evil.example.com' },
      expect: { status: 403, reason: 'route_mismatch' },
    },
  }),
]
