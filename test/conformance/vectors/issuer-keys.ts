import { alike, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const UNTRUSTED = { status: 401, reason: 'issuer_untrusted' } as const
const INVALID = { status: 401, reason: 'signature_invalid' } as const
const UNAVAILABLE = {
  status: 503,
  reason: 'keys_unavailable',
  absent: ['WWW-Authenticate'],
  headers: { 'Retry-After': '5' },
  body: '{"reason":"keys_unavailable","message":"The keys of the issuer are currently unavailable"}',
} as const

/** Whose keys a token is checked with (RFC 8725 §3.8, §3.10). */
export const ISSUER_KEYS: readonly Vector[] = [
  ...alike({ route: 'kubernetes' })({
    'issuer-main': { spec: 'RFC 7519 §4.1.1', title: 'the only issuer of the route', token: {}, expect: ALLOWED },
    'issuer-of-another-route': {
      spec: 'J35; bypass case 40',
      title: 'an issuer that only other routes trust',
      token: { issuer: 'twin' },
      twin: 'issuer-main',
      expect: UNTRUSTED,
    },
  }),
  ...[
    'https://id.example.com/main/',
    'HTTPS://id.example.com/main',
    'https://id.example.com/mai',
    'https://id.example.com/main.evil',
    'http://id.example.com/main',
    'https://id.example.com/*',
    '',
    'removed from the token',
  ].map(
    (iss): Vector => ({
      id: `iss-${iss}`,
      spec: 'RFC 7519 §4.1.1, §2 StringOrURI; bypass case 39',
      title: `iss: ${iss}`,
      route: 'kubernetes',
      token: { claims: { iss } },
      twin: 'issuer-main',
      expect: UNTRUSTED,
    }),
  ),
  {
    id: 'iss-list',
    spec: 'CVE-2025-30144; J18',
    title: 'iss is a list that holds the right one',
    route: 'kubernetes',
    token: { claims: { iss: ['https://id.example.com/main'] } },
    twin: 'issuer-main',
    expect: UNTRUSTED,
  },
  ...alike({ spec: 'RFC 8725 §3.8', route: 'both', expect: ALLOWED })({
    'both-main': { title: 'one of two issuers', token: {} },
    'both-twin': { title: 'the other of two issuers', token: { issuer: 'twin' } },
  }),
  ...alike({ spec: 'J35; bypass case 40', route: 'both', expect: INVALID })({
    'cross-issuer': {
      title: 'iss of one trusted issuer, signed by the other one under the same kid',
      token: { signedBy: 'twin' },
      twin: 'both-main',
    },
    'cross-issuer-kid': {
      title: 'the other way round',
      token: { issuer: 'twin', signedBy: 'main' },
      twin: 'both-twin',
    },
  }),
  ...alike({ route: 'kubernetes' })({
    'key-unknown': {
      spec: 'RFC 7515 §4.1.4',
      title: 'a kid that the issuer does not publish',
      token: { header: { kid: 'rotated-away' } },
      twin: 'issuer-main',
      expect: { status: 401, reason: 'key_unknown' },
    },
    'kid-missing': {
      spec: 'J34',
      title: 'no kid: the key that fits the algorithm',
      token: { header: { kid: 'removed from the token' } },
      expect: ALLOWED,
    },
    'key-stranger': {
      spec: 'RFC 7515 §5.2',
      title: 'a known kid under a key that is not published',
      token: { signedBy: 'stranger', header: { kid: 'shared' } },
      expect: INVALID,
    },
  }),
  ...alike({ spec: 'DESIGN §4', route: 'clusters' })({
    'shared-iss-first': {
      title: 'the first of two entries with one iss',
      token: { issuer: 'cluster-a' },
      expect: { ...ALLOWED, headers: { 'X-Auth-Issuer': 'cluster-a' } },
    },
    'shared-iss-second': {
      title: 'the second: the issuer is the entry and not the iss',
      token: { issuer: 'cluster-b' },
      expect: { ...ALLOWED, headers: { 'X-Auth-Issuer': 'cluster-b' } },
    },
    'shared-iss-neither': {
      title: 'neither has the key',
      token: { issuer: 'cluster-a', header: { kid: 'c' } },
      twin: 'shared-iss-first',
      expect: { status: 401, reason: 'key_unknown' },
    },
    'shared-iss-one-down': {
      spec: 'CONTRACT: while one candidate has no keys, a miss is 503',
      title: 'a miss while the other entry has no keys',
      token: { issuer: 'cluster-b' },
      keysDown: ['cluster-b'],
      twin: 'shared-iss-second',
      expect: UNAVAILABLE,
    },
    'shared-iss-one-down-hit': {
      title: 'a hit while the other entry has no keys',
      token: { issuer: 'cluster-a' },
      keysDown: ['cluster-b'],
      expect: ALLOWED,
    },
  }),
  ...alike({ route: 'offline', token: { issuer: 'offline' } })({
    'keys-available': { spec: 'DESIGN §3', title: 'the issuer answers', expect: ALLOWED },
    'keys-unavailable': {
      spec: 'DESIGN §3: a 401 would start a login; bypass case 48',
      title: 'the issuer never answered',
      keysDown: ['offline'],
      twin: 'keys-available',
      expect: UNAVAILABLE,
    },
  }),
  ...alike({ token: {} })({
    'keys-unavailable-elsewhere': {
      spec: 'D5',
      title: 'an issuer that is down costs no other route',
      route: 'kubernetes',
      keysDown: ['offline'],
      expect: ALLOWED,
    },
    bug: {
      spec: 'DESIGN §5: an exception can never become an allow',
      title: 'judging the token throws',
      route: 'kubernetes',
      bug: true,
      twin: 'issuer-main',
      expect: {
        status: 500,
        reason: 'internal_error',
        absent: ['WWW-Authenticate'],
        body: '{"reason":"internal_error","message":"Internal error while evaluating the request"}',
      },
    },
    'bug-observed': {
      spec: 'DESIGN §5',
      title: 'judging the token throws where the route is only observed',
      route: 'observed',
      bug: true,
      twin: 'observed-token',
      expect: { status: 500, reason: 'internal_error' },
    },
  }),
]
