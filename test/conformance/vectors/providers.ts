import { providerResource } from '../provider-page.ts'
import { type MUTATIONS, REMOVED, type Vector } from '../vector.ts'

/** How one provider's access token looks, and what does not get in there; on the configuration that its page gives. */
interface Shape {
  readonly slug: string
  /** The name under `issuers:` on the page. */
  readonly issuer: string
  readonly path: string
  /** Default POST. */
  readonly method?: string
  readonly spec: string
  readonly header?: Readonly<Record<string, unknown>>
  /** All claims but the times. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Identity headers that come of it. */
  readonly headers: Readonly<Record<string, string>>
  readonly traps: readonly Trap[]
}

/** One difference, and what it comes to. */
interface Trap {
  readonly name: string
  readonly title: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly alg?: string
  readonly mutation?: keyof typeof MUTATIONS
  readonly expect: Vector['expect']
}

const refused = (reason: Vector['expect']['reason']): Vector['expect'] => ({ status: 401, reason })
const forbidden = (reason: Vector['expect']['reason']): Vector['expect'] => ({ status: 403, reason })
/** What the forge would add and real tokens of that provider do not all have. */
const NOTHING = { aud: REMOVED, scope: REMOVED, client_id: REMOVED, jti: REMOVED }
const UNTYPED = { typ: REMOVED }
const TENANT = '11111111-2222-3333-4444-555555555555'
const APPLICATION = '66666666-7777-8888-9999-000000000000'

const SHAPES: readonly Shape[] = [
  {
    slug: 'authentik',
    issuer: 'authentik',
    path: '/mcp/kubernetes',
    spec: 'Authentik: id_token.py',
    claims: {
      iss: 'https://authentik.example.com/application/o/mcp/',
      aud: 'THE-CLIENT-ID',
      azp: 'THE-CLIENT-ID',
      uid: 'k3hB',
      'mcp:read': true,
    },
    headers: { 'X-Auth-Client': 'THE-CLIENT-ID', 'X-Auth-Scopes': 'mcp:read' },
    traps: [
      {
        name: 'slash',
        title: 'the issuer without its slash',
        claims: { iss: 'https://authentik.example.com/application/o/mcp' },
        expect: refused('issuer_untrusted'),
      },
      {
        name: 'id-token',
        title: 'an ID token: it names no client',
        claims: { azp: REMOVED },
        expect: forbidden('client_not_allowed'),
      },
      { name: 'secret', title: 'no signing key selected', alg: 'HS256', expect: refused('algorithm_not_allowed') },
      {
        name: 'scope-text',
        title: 'a scope mapping that returns text',
        claims: { 'mcp:read': 'true' },
        expect: forbidden('scope_insufficient'),
      },
    ],
  },
  {
    slug: 'keycloak',
    issuer: 'keycloak',
    path: '/orders',
    method: 'GET',
    spec: 'Keycloak: audience support',
    claims: {
      iss: 'https://keycloak.example.com/realms/main',
      aud: ['orders-api', 'account'],
      azp: 'web',
      typ: 'Bearer',
      scope: 'openid profile',
      realm_access: { roles: ['orders-reader', 'offline_access'] },
    },
    headers: { 'X-Auth-Client': 'web', 'X-Auth-Scopes': 'openid profile' },
    traps: [
      {
        name: 'account',
        title: 'no audience mapper',
        claims: { aud: 'account' },
        expect: refused('audience_mismatch'),
      },
      { name: 'id-token', title: 'an ID token', claims: { typ: 'ID' }, expect: refused('token_type_not_allowed') },
      {
        name: 'role',
        title: 'without the role',
        claims: { realm_access: { roles: ['offline_access'] } },
        expect: forbidden('claim_not_allowed'),
      },
    ],
  },
  {
    slug: 'auth0',
    issuer: 'auth0',
    path: '/mcp',
    spec: 'Auth0: access token profiles',
    claims: {
      iss: 'https://example.eu.auth0.com/',
      aud: [providerResource('auth0', '/mcp'), 'https://example.eu.auth0.com/userinfo'],
      azp: 'AbCd1234',
      scope: 'openid mcp:read',
      permissions: ['mcp:read'],
    },
    headers: { 'X-Auth-Client': 'AbCd1234' },
    traps: [
      {
        name: 'slash',
        title: 'the issuer without its slash',
        claims: { iss: 'https://example.eu.auth0.com' },
        expect: refused('issuer_untrusted'),
      },
      {
        name: 'encrypted',
        title: 'no API in the login: a JWE',
        mutation: 'five segments',
        expect: refused('token_opaque'),
      },
      {
        name: 'userinfo',
        title: 'for nothing but userinfo',
        claims: { aud: ['https://example.eu.auth0.com/userinfo'] },
        expect: refused('audience_mismatch'),
      },
    ],
  },
  {
    slug: 'okta-custom-authorization-server',
    issuer: 'okta',
    path: '/mcp',
    spec: 'Okta: custom authorization server',
    header: UNTYPED,
    claims: {
      ver: 1,
      iss: 'https://example.okta.com/oauth2/aus1example',
      aud: 'api://mcp',
      cid: '0oa1example',
      uid: '00u1example',
      scp: ['openid', 'mcp:read'],
    },
    headers: { 'X-Auth-Client': '0oa1example', 'X-Auth-Scopes': 'openid mcp:read' },
    traps: [
      {
        name: 'org-server',
        title: 'a token of the org authorization server',
        claims: { iss: 'https://example.okta.com' },
        expect: refused('issuer_untrusted'),
      },
      {
        name: 'resource',
        title: 'an audience that nobody configured there',
        claims: { aud: providerResource('okta-custom-authorization-server', '/mcp') },
        expect: refused('audience_mismatch'),
      },
    ],
  },
  {
    slug: 'entra-id-v2-tokens',
    issuer: 'entra',
    path: '/mcp',
    spec: 'Entra ID: access token claims, ver 2.0',
    claims: {
      ver: '2.0',
      iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      aud: APPLICATION,
      azp: '0a0a0a0a-0000-0000-0000-000000000001',
      scp: 'mcp.read',
      tid: TENANT,
    },
    headers: { 'X-Auth-Client': '0a0a0a0a-0000-0000-0000-000000000001', 'X-Auth-Scopes': 'mcp.read' },
    traps: [
      {
        name: 'audience',
        title: 'the App ID URI as the audience',
        claims: { aud: `api://${APPLICATION}` },
        expect: refused('audience_mismatch'),
      },
      {
        name: 'v1-token',
        title: 'a v1 token: the manifest does not say otherwise',
        claims: { iss: `https://sts.windows.net/${TENANT}/` },
        expect: refused('issuer_untrusted'),
      },
      {
        name: 'prefix',
        title: 'the scope as it is asked for, not as it is granted',
        claims: { scp: `api://${APPLICATION}/mcp.read` },
        expect: {
          status: 403,
          reason: 'scope_insufficient',
          headers: {
            'WWW-Authenticate': `Bearer resource_metadata="https://entra-id-v2-tokens.example.com/.well-known/oauth-protected-resource/mcp", scope="api://${APPLICATION}/mcp.read", error="insufficient_scope", error_description="The access token lacks a required scope"`,
          },
        },
      },
    ],
  },
  {
    slug: 'entra-id-v1-tokens',
    issuer: 'entra-v1',
    path: '/api',
    spec: 'Entra ID: access token claims, ver 1.0',
    claims: {
      ver: '1.0',
      iss: `https://sts.windows.net/${TENANT}/`,
      aud: `api://${APPLICATION}`,
      appid: '0a0a0a0a-0000-0000-0000-000000000001',
      scp: 'api.read',
      tid: TENANT,
    },
    headers: { 'X-Auth-Client': '0a0a0a0a-0000-0000-0000-000000000001', 'X-Auth-Scopes': 'api.read' },
    traps: [
      {
        name: 'slash',
        title: 'the issuer without its slash',
        claims: { iss: `https://sts.windows.net/${TENANT}` },
        expect: refused('issuer_untrusted'),
      },
      { name: 'audience', title: 'the GUID', claims: { aud: APPLICATION }, expect: refused('audience_mismatch') },
    ],
  },
  {
    slug: 'google',
    issuer: 'google',
    path: '/deploy',
    spec: 'Google: ID tokens of service accounts',
    claims: {
      iss: 'https://accounts.google.com',
      aud: providerResource('google', '/deploy'),
      azp: '123456789012345678901',
      email: 'deployer@my-project.iam.gserviceaccount.com',
      email_verified: true,
    },
    headers: { 'X-Auth-Client': '123456789012345678901', 'X-Auth-Scopes': '' },
    traps: [
      {
        name: 'access-token',
        title: 'an access token: opaque',
        mutation: 'an opaque token in its place',
        expect: refused('token_opaque'),
      },
      {
        name: 'scheme',
        title: 'the issuer without its scheme',
        claims: { iss: 'accounts.google.com' },
        expect: refused('issuer_untrusted'),
      },
      {
        name: 'anybody',
        title: 'somebody else with a Google account',
        claims: { email: 'mallory@gmail.com' },
        expect: forbidden('claim_not_allowed'),
      },
    ],
  },
  {
    slug: 'amazon-cognito',
    issuer: 'cognito',
    path: '/mcp',
    spec: 'Cognito: access token payload',
    header: UNTYPED,
    claims: {
      iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE',
      client_id: '1example23456789',
      token_use: 'access',
      scope: 'openid mcp/read',
      'cognito:groups': ['operators'],
    },
    headers: { 'X-Auth-Client': '1example23456789', 'X-Auth-Scopes': 'openid mcp/read' },
    traps: [
      {
        name: 'id-token',
        title: 'an ID token',
        claims: { token_use: 'id' },
        expect: refused('token_type_not_allowed'),
      },
      {
        name: 'client',
        title: 'another client of the pool',
        claims: { client_id: '2example' },
        expect: forbidden('client_not_allowed'),
      },
    ],
  },
  {
    slug: 'zitadel',
    issuer: 'zitadel',
    path: '/mcp',
    spec: 'Zitadel: claims',
    claims: {
      iss: 'https://id.example.com',
      aud: ['234567890123456789@example', '123456789012345678'],
      client_id: '234567890123456789@example',
      'urn:zitadel:iam:org:project:roles': { reader: { '345678901234567890': 'example.id.example.com' } },
    },
    headers: { 'X-Auth-Client': '234567890123456789@example' },
    traps: [
      {
        name: 'opaque',
        title: 'Auth Token Type is Bearer',
        mutation: 'an opaque token in its place',
        expect: refused('token_opaque'),
      },
      {
        name: 'project',
        title: 'the project’s audience was not asked for',
        claims: { aud: ['234567890123456789@example'] },
        expect: refused('audience_mismatch'),
      },
      {
        name: 'role',
        title: 'without the role, or without the scope for roles',
        claims: { 'urn:zitadel:iam:org:project:roles': {} },
        expect: forbidden('claim_not_allowed'),
      },
    ],
  },
  {
    slug: 'pocket-id',
    issuer: 'pocket-id',
    path: '/mcp',
    spec: 'Pocket ID: access_token_scope.go; RFC 9068',
    header: { typ: 'at+jwt' },
    claims: {
      iss: 'https://id.example.com',
      aud: [providerResource('pocket-id', '/mcp')],
      scope: 'mcp:read',
      scp: ['mcp:read'],
    },
    headers: { 'X-Auth-Scopes': 'mcp:read' },
    traps: [
      { name: 'id-token', title: 'an ID token', header: { typ: 'JWT' }, expect: refused('token_type_not_allowed') },
      {
        name: 'no-resource',
        title: 'a client that sent no resource: the audience is the client',
        claims: { aud: ['5f2d1c9e-0000-0000-0000-000000000001'] },
        expect: refused('audience_mismatch'),
      },
    ],
  },
  {
    slug: 'pocket-id-before-210',
    issuer: 'pocket-id',
    path: '/mcp',
    spec: 'Pocket ID 2.9.0: tokens as it made them',
    claims: {
      iss: 'https://id.example.com',
      aud: ['THE-CLIENT-ID'],
      sub: TENANT,
      amr: ['otp'],
      type: 'oauth-access-token',
    },
    headers: { 'X-Auth-Subject': TENANT, 'X-Auth-Client': '', 'X-Auth-Scopes': '' },
    traps: [
      {
        name: 'id-token',
        title: 'an ID token',
        claims: { type: 'id-token' },
        expect: refused('token_type_not_allowed'),
      },
      {
        name: 'refresh-token',
        title: 'a refresh token',
        claims: { type: 'refresh-token' },
        expect: refused('token_type_not_allowed'),
      },
    ],
  },
  {
    slug: 'dex',
    issuer: 'dex',
    path: '/api',
    spec: 'Dex: tokens/claims.go',
    header: UNTYPED,
    claims: {
      iss: 'https://dex.example.com/dex',
      aud: 'my-client',
      at_hash: 'Zm9yd2FyZGdhdGU',
      email: 'alice@example.com',
      groups: ['example:developers'],
    },
    headers: { 'X-Auth-Client': '', 'X-Auth-Scopes': '' },
    traps: [
      {
        name: 'client',
        title: 'another client',
        claims: { aud: 'other-client' },
        expect: refused('audience_mismatch'),
      },
      {
        name: 'group',
        title: 'without the group',
        claims: { groups: ['example:guests'] },
        expect: forbidden('claim_not_allowed'),
      },
      {
        name: 'id-token',
        title: 'an ID token gets in: nothing in it is different but a nonce',
        claims: { nonce: 'n-0S6_WzA2Mj' },
        expect: { status: 200, reason: 'token' },
      },
      {
        name: 'id-token-c-hash',
        title: 'an ID token that came with the code',
        claims: { c_hash: 'GEzjvwvMMXI-3rSwGzJVEg' },
        expect: refused('token_type_not_allowed'),
      },
    ],
  },
  {
    slug: 'cloudflare-access',
    issuer: 'cloudflare',
    path: '/api',
    spec: 'Cloudflare Access: application token',
    claims: {
      iss: 'https://example.cloudflareaccess.com',
      aud: ['0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'],
      type: 'app',
      email: 'alice@example.com',
    },
    headers: { 'X-Auth-Subject': 'alice' },
    traps: [
      {
        name: 'application',
        title: 'another application of the team',
        claims: { aud: ['ffff'] },
        expect: refused('audience_mismatch'),
      },
      { name: 'service', title: 'a service token', claims: { email: REMOVED }, expect: forbidden('claim_not_allowed') },
    ],
  },
  {
    slug: 'github-actions',
    issuer: 'github',
    path: '/deploy',
    spec: 'GitHub Actions: OpenID Connect reference',
    claims: {
      iss: 'https://token.actions.githubusercontent.com',
      aud: providerResource('github-actions', '/deploy'),
      sub: 'repo:me/infra:environment:production',
      repository: 'me/infra',
      environment: 'production',
      ref: 'refs/heads/main',
    },
    headers: { 'X-Auth-Subject': 'repo:me/infra:environment:production', 'X-Auth-Repository': 'me/infra' },
    traps: [
      {
        name: 'repository',
        title: 'anybody’s workflow',
        claims: { repository: 'mallory/infra' },
        expect: forbidden('claim_not_allowed'),
      },
      {
        name: 'audience',
        title: 'the default audience',
        claims: { aud: 'https://github.com/me' },
        expect: refused('audience_mismatch'),
      },
    ],
  },
  {
    slug: 'casdoor',
    issuer: 'casdoor',
    path: '/mcp',
    spec: 'Casdoor 3.158, as it ran',
    claims: {
      iss: 'https://casdoor.example.com',
      aud: ['THE-CLIENT-ID'],
      azp: 'THE-CLIENT-ID',
      owner: 'built-in',
      name: 'alice',
      tokenType: 'access-token',
      scope: 'openid profile mcp:read',
    },
    headers: { 'X-Auth-Client': 'THE-CLIENT-ID', 'X-Auth-Scopes': 'openid profile mcp:read' },
    traps: [
      {
        name: 'refresh-token',
        title: 'a refresh token, signed with the same key',
        claims: { tokenType: 'refresh-token' },
        expect: refused('token_type_not_allowed'),
      },
      {
        name: 'client',
        title: 'a token of another application',
        claims: { aud: ['OTHER'] },
        expect: refused('audience_mismatch'),
      },
    ],
  },
  {
    slug: 'ory-hydra',
    issuer: 'hydra',
    path: '/mcp',
    spec: 'Hydra 25.4, as it ran',
    claims: {
      iss: 'https://hydra.example.com',
      aud: [providerResource('ory-hydra', '/mcp')],
      client_id: 'app',
      scp: ['mcp:read', 'offline_access'],
      ext: { groups: ['family'] },
    },
    headers: { 'X-Auth-Client': 'app', 'X-Auth-Scopes': 'mcp:read offline_access' },
    traps: [
      {
        name: 'no-audience',
        title: 'a client that asked by resource: Hydra does not read it',
        claims: { aud: [] },
        expect: refused('audience_mismatch'),
      },
      {
        name: 'group',
        title: 'groups that the consent page did not grant',
        claims: { ext: {} },
        expect: forbidden('claim_not_allowed'),
      },
    ],
  },
  {
    slug: 'spring-authorization-server',
    issuer: 'spring',
    path: '/mcp',
    spec: 'Spring Authorization Server 1.5.2, as it ran',
    header: UNTYPED,
    claims: { iss: 'https://auth.example.com', aud: ['THE-CLIENT-ID'], sub: 'alice', scope: ['openid', 'mcp:read'] },
    headers: { 'X-Auth-Subject': 'alice', 'X-Auth-Scopes': 'openid mcp:read' },
    traps: [
      {
        name: 'id-token',
        title: 'an ID token: it has no scope',
        claims: { scope: REMOVED },
        expect: forbidden('scope_insufficient'),
      },
      {
        name: 'resource',
        title: 'the resource as audience, of a server that was taught to write it',
        claims: { aud: [providerResource('spring-authorization-server', '/mcp')] },
        expect: refused('audience_mismatch'),
      },
    ],
  },
  {
    slug: 'rauthy',
    issuer: 'rauthy',
    path: '/mcp',
    spec: 'Rauthy: access token',
    claims: {
      iss: 'https://id.example.com/auth/v1/',
      aud: 'THE-CLIENT-ID',
      azp: 'THE-CLIENT-ID',
      typ: 'Bearer',
      scope: 'openid profile groups',
      groups: ['family'],
      roles: null,
    },
    headers: { 'X-Auth-Client': 'THE-CLIENT-ID', 'X-Auth-Scopes': 'openid profile groups' },
    traps: [
      { name: 'id-token', title: 'an ID token', claims: { typ: 'Id' }, expect: refused('token_type_not_allowed') },
      {
        name: 'slash',
        title: 'the issuer without its slash',
        claims: { iss: 'https://id.example.com/auth/v1' },
        expect: refused('issuer_untrusted'),
      },
      {
        name: 'group',
        title: 'groups are null',
        claims: { groups: null },
        expect: forbidden('claim_not_allowed'),
      },
    ],
  },
  {
    slug: 'gitlab-ci',
    issuer: 'gitlab',
    path: '/deploy',
    spec: 'GitLab: ID token authentication',
    claims: {
      iss: 'https://gitlab.com',
      aud: providerResource('gitlab-ci', '/deploy'),
      sub: 'project_path:me/infra:ref_type:branch:ref:main',
      project_path: 'me/infra',
      ref: 'main',
      ref_protected: 'true',
    },
    headers: { 'X-Auth-Subject': 'project_path:me/infra:ref_type:branch:ref:main' },
    traps: [
      {
        name: 'project',
        title: 'anybody’s project',
        claims: { project_path: 'mallory/infra' },
        expect: forbidden('claim_not_allowed'),
      },
      {
        name: 'branch',
        title: 'a branch that everybody may push to',
        claims: { ref_protected: 'false' },
        expect: forbidden('claim_not_allowed'),
      },
    ],
  },
  {
    slug: 'firebase',
    issuer: 'firebase',
    path: '/api',
    spec: 'Firebase: verify ID tokens',
    claims: {
      iss: 'https://securetoken.google.com/my-project',
      aud: 'my-project',
      user_id: 'alice',
      role: 'member',
      firebase: { sign_in_provider: 'password' },
    },
    headers: { 'X-Auth-Subject': 'alice', 'X-Auth-Client': '' },
    traps: [
      {
        name: 'stranger',
        title: 'somebody who signed up',
        claims: { role: REMOVED },
        expect: forbidden('claim_not_allowed'),
      },
      {
        name: 'project',
        title: 'another project',
        claims: { aud: 'other-project' },
        expect: refused('audience_mismatch'),
      },
    ],
  },
  {
    slug: 'kubernetes-service-accounts',
    issuer: 'cluster',
    path: '/internal',
    spec: 'Kubernetes: service account tokens',
    header: UNTYPED,
    claims: {
      iss: 'https://kubernetes.default.svc.cluster.local',
      aud: [providerResource('kubernetes-service-accounts', '/internal')],
      sub: 'system:serviceaccount:jobs:backup',
      'kubernetes.io': { namespace: 'jobs', serviceaccount: { name: 'backup' } },
    },
    headers: { 'X-Auth-Subject': 'system:serviceaccount:jobs:backup' },
    traps: [
      {
        name: 'account',
        title: 'another service account',
        claims: { sub: 'system:serviceaccount:jobs:default' },
        expect: forbidden('claim_not_allowed'),
      },
      {
        name: 'default-audience',
        title: 'the token that every pod has: for the API server',
        claims: { aud: ['https://kubernetes.default.svc.cluster.local'] },
        expect: refused('audience_mismatch'),
      },
    ],
  },
]

/** The tokens of each provider of the page about them, on the configuration that stands there. */
export const PROVIDERS: readonly Vector[] = SHAPES.flatMap((shape) => {
  const { slug, issuer, path, method = 'POST', spec, header, claims, headers } = shape
  const id = `provider-${slug}`
  const token = {
    issuer: `at-${slug}-${issuer}`,
    claims: { ...NOTHING, ...claims },
    ...(header === undefined ? {} : { header }),
  }
  const place = { spec, route: `at-${slug}`, request: { method, host: `${slug}.example.com`, uri: path } }
  return [
    { ...place, id, title: 'as its tokens are', token, expect: { status: 200, reason: 'token', headers } },
    ...shape.traps.map(({ name, title, expect, claims: wrong, header: odd, ...how }) => ({
      ...place,
      id: `${id}-${name}`,
      title,
      token: {
        ...token,
        ...how,
        claims: { ...token.claims, ...wrong },
        ...(odd === undefined ? {} : { header: odd }),
      },
      ...(expect.status === 200 ? {} : { twin: id }),
      expect,
    })),
  ] satisfies readonly Vector[]
})
