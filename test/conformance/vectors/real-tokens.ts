import { REMOVED, type Vector } from '../vector.ts'

type Claims = Readonly<Record<string, unknown>>

const ALLOWED = { status: 200, reason: 'token' } as const
const OTHER_KIND = { status: 401, reason: 'token_type_not_allowed' } as const
/** What the forge would add. */
const NOTHING = { aud: REMOVED, scope: REMOVED, client_id: REMOVED, jti: REMOVED }

interface Provider {
  readonly slug: string
  readonly issuer: string
  readonly path: string
  readonly method?: string
  readonly claims: Claims
  readonly tokens: readonly (readonly [kind: string, claims: Claims, expect: Vector['expect'], header?: Claims])[]
}

const ALICE = { name: 'Alice L', given_name: 'Alice L', preferred_username: 'alice', groups: ['family'] }
const ROLES = { realm_access: { roles: ['orders-reader', 'offline_access', 'default-roles-main'] } }

/** Tokens as these versions made them, under the names of the page, judged by the configuration of the page. */
const PROVIDERS: readonly Provider[] = [
  {
    slug: 'authentik',
    issuer: 'authentik',
    path: '/mcp/kubernetes',
    claims: {
      iss: 'https://authentik.example.com/application/o/mcp/',
      aud: 'THE-CLIENT-ID',
      acr: 'goauthentik.io/providers/oauth2/default',
    },
    tokens: [
      [
        'access',
        { ...ALICE, amr: ['pwd'], sid: 's', nonce: 'n-123', 'mcp:read': true, azp: 'THE-CLIENT-ID', uid: 'u' },
        ALLOWED,
      ],
      [
        'id',
        { ...ALICE, amr: ['pwd'], sid: 's', nonce: 'n-123', 'mcp:read': true },
        { status: 403, reason: 'client_not_allowed' },
      ],
      ['service-access', { name: 'service', groups: [], 'mcp:read': true, azp: 'THE-CLIENT-ID', uid: 'u' }, ALLOWED],
      ['service-id', { name: 'service', groups: [], 'mcp:read': true }, { status: 403, reason: 'client_not_allowed' }],
      ['service-no-scope', { azp: 'THE-CLIENT-ID', uid: 'u' }, { status: 403, reason: 'scope_insufficient' }],
      [
        'global-issuer',
        { iss: 'https://authentik.example.com/', 'mcp:read': true, azp: 'THE-CLIENT-ID' },
        { status: 401, reason: 'issuer_untrusted' },
      ],
    ],
  },
  {
    slug: 'keycloak',
    issuer: 'keycloak',
    path: '/orders',
    method: 'GET',
    claims: { iss: 'https://keycloak.example.com/realms/main', aud: ['orders-api', 'account'], azp: 'robot', acr: '1' },
    tokens: [
      ['service-access', { ...ROLES, typ: 'Bearer', scope: 'email profile orders', client_id: 'robot' }, ALLOWED],
      [
        'access',
        { ...ROLES, typ: 'Bearer', scope: 'openid offline_access', sid: 's', preferred_username: 'alice' },
        ALLOWED,
      ],
      ['at-jwt', { ...ROLES, typ: 'Bearer', scope: 'orders' }, ALLOWED, { typ: 'at+jwt' }],
      ['exchanged', { ...ROLES, typ: 'Bearer', scope: 'email profile', sid: 's' }, ALLOWED],
      ['lightweight', { aud: REMOVED, typ: 'Bearer', scope: 'orders' }, { status: 401, reason: 'audience_mismatch' }],
      ['id', { ...ROLES, typ: 'ID', at_hash: 'g1DC', sid: 's' }, OTHER_KIND],
      [
        'refresh',
        { ...ROLES, typ: 'Refresh', scope: 'openid orders', aud_x: ['orders-api'], prov: 'default' },
        OTHER_KIND,
      ],
      ['offline', { ...ROLES, typ: 'Offline', scope: 'openid offline_access', prov: 'default' }, OTHER_KIND],
    ],
  },
  {
    slug: 'dex',
    issuer: 'dex',
    path: '/api',
    claims: { iss: 'https://dex.example.com/dex', aud: 'my-client', groups: ['example:developers'], at_hash: 'zD2c' },
    tokens: [
      ['access', { nonce: 'n-123' }, ALLOWED, { typ: REMOVED }],
      ['id-of-the-code-flow', { nonce: 'n-123', c_hash: 'GEzj' }, OTHER_KIND, { typ: REMOVED }],
      ['id-of-the-password-grant', { email: 'alice@example.com', name: 'alice' }, ALLOWED, { typ: REMOVED }],
      ['service-access', { groups: REMOVED }, { status: 403, reason: 'claim_not_allowed' }, { typ: REMOVED }],
    ],
  },
  {
    slug: 'pocket-id-before-210',
    issuer: 'pocket-id',
    path: '/mcp',
    claims: { iss: 'https://id.example.com', aud: ['THE-CLIENT-ID'], sub: '11111111-2222-3333-4444-555555555555' },
    tokens: [
      ['access', { amr: ['otp'], type: 'oauth-access-token' }, ALLOWED],
      ['id', { ...ALICE, amr: ['otp'], type: 'id-token' }, OTHER_KIND],
      ['refresh', { rt: 'removed', type: 'refresh-token' }, OTHER_KIND],
      [
        'service-access',
        { sub: 'client-robot', type: 'oauth-access-token' },
        { status: 403, reason: 'claim_not_allowed' },
      ],
    ],
  },
]

/** Every kind of token that real providers made. */
export const REAL_TOKENS: readonly Vector[] = PROVIDERS.flatMap(({ slug, issuer, path, method = 'POST', ...shape }) =>
  shape.tokens.map(
    ([kind, claims, expect, header]): Vector => ({
      id: `real-${slug}-${kind}`,
      spec: `tokens of ${slug}`,
      title: `${kind} token of ${slug}`,
      route: `at-${slug}`,
      request: { method, host: `${slug}.example.com`, uri: path },
      token: {
        issuer: `at-${slug}-${issuer}`,
        claims: { ...NOTHING, ...shape.claims, ...claims },
        ...(header === undefined ? {} : { header }),
      },
      expect,
    }),
  ),
)
