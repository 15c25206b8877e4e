import type { Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const REFUSED = { status: 401, reason: 'token_type_not_allowed' } as const
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const URN = 'urn:ietf:params:oauth:token-type:'

type Claims = Readonly<Record<string, unknown>>

const nameOf = (claims: Claims) =>
  Object.entries(claims)
    .map(([member, value]) => `${member} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')

const row = (spec: string, claims: Claims, expect: Vector['expect']): Vector => ({
  id: `kind-${nameOf(claims)}`,
  spec,
  title: nameOf(claims),
  route: 'kubernetes',
  token: { claims },
  ...(expect.status === 200 ? {} : { twin: 'token-signed' }),
  expect,
})

/** On the route for an issuer whose ID tokens are accepted on purpose. */
const opted = (claims: Claims, expect: Vector['expect']): Vector => ({
  ...row('OpenID Connect Core §2', claims, expect),
  id: `kind-id-tokens-${nameOf(claims)}`,
  route: 'id-tokens',
  token: { issuer: 'id-tokens', claims },
  ...(expect.status === 200 ? {} : { twin: 'kind-id-tokens-typ ID' }),
})

/** What the payload says of the kind of token, after the signature held. */
export const TOKEN_KIND: readonly Vector[] = [
  ...['Refresh', 'Offline', 'ID', 'Logout', 'Serialized-ID', 'Id', 'logout+jwt', 'REFRESH', 'off-line'].map((typ) =>
    row('RFC 8725 §3.11', { typ }, REFUSED),
  ),
  ...[
    'refresh-token',
    'id-token',
    'ID_TOKEN',
    'Refresh Token',
    'logout_token',
    'offline_access',
    `${URN}id_token`,
  ].flatMap((word) =>
    ['type', 'tokenType', 'token_type', 'token_use'].map((member) =>
      row('RFC 8725 §3.12', { [member]: word }, REFUSED),
    ),
  ),
  ...['id', 'refresh'].map((token_use) => row('Cognito: verifying a JWT', { token_use }, REFUSED)),
  row('RFC 8725 §3.12: each member of a list', { typ: ['Bearer', 'Refresh'] }, REFUSED),
  {
    ...row('RFC 8725 §3.12: one member says access, another does not', { typ: 'Bearer', token_use: 'id' }, REFUSED),
    twin: 'kind-typ Bearer',
  },
  row('OpenID Connect Core §3.3.2.11', { c_hash: 'GEzjvwvMMXI-3rSwGzJVEg' }, REFUSED),
  row('OpenID Connect Back-Channel Logout §2.4', { events: { [LOGOUT_EVENT]: null } }, REFUSED),
  row('RFC 8417 §2.2', { events: { 'urn:example:event': { a: 1 } } }, REFUSED),
  row('Descope: refresh token', { drn: 'DSR' }, REFUSED),

  ...['Bearer', 'bearer', 'JWT', 'at+jwt', 'DPoP', 'access', 'Access Token'].map((typ) =>
    row('RFC 9068 §4; Keycloak', { typ }, ALLOWED),
  ),
  row('Pocket ID', { type: 'oauth-access-token' }, ALLOWED),
  row('Casdoor', { tokenType: 'access-token' }, ALLOWED),
  row('Cognito', { token_use: 'access' }, ALLOWED),
  row('RFC 8693 §3', { token_type: `${URN}access_token` }, ALLOWED),
  row('Cloudflare Access', { type: 'app' }, ALLOWED),
  row('words of other things', { type: 'offline', typ: 'user', drn: 'DS', token_use: 7 }, ALLOWED),
  row(
    'OpenID Connect Core §3.1.3.6; Dex and Authentik have them in access tokens',
    { at_hash: 'x', nonce: 'n' },
    ALLOWED,
  ),
  row('a claim of that name for something else', { events: ['login'] }, ALLOWED),
  row('CONTRACT: null is absent', { typ: null, type: null, c_hash: null, events: null }, ALLOWED),

  opted({ typ: 'ID' }, ALLOWED),
  opted({ type: 'id-token', c_hash: 'x' }, ALLOWED),
  opted({ typ: 'Bearer' }, ALLOWED),
  opted({ typ: 'Refresh' }, REFUSED),
  opted({ typ: 'ID', type: 'refresh-token' }, REFUSED),
  opted({ typ: ['ID', 'Offline'] }, REFUSED),
  opted({ typ: 'ID', events: { [LOGOUT_EVENT]: null } }, REFUSED),
  opted({ typ: 'ID', drn: 'DSR' }, REFUSED),
  {
    ...opted({ typ: 'ID', aud: 'another-client' }, { status: 401, reason: 'audience_mismatch' }),
    id: 'id-token-of-another-audience',
  },
  {
    ...opted({ typ: 'ID', client_id: 'another-client' }, { status: 403, reason: 'client_not_allowed' }),
    id: 'id-token-of-another-client',
  },
]
