import { providerResource } from '../provider-page.ts'
import { REMOVED, type TokenRecipe, type Vector } from '../vector.ts'

/** How one provider's access token looks, and what does not get in there; on the configuration that its page gives. */
interface Shape {
  /** The name under `issuers:` on the page. Default: that of the section. */
  readonly issuer?: string
  readonly path: string
  /** Default POST. */
  readonly method?: string
  readonly spec: string
  readonly header?: Readonly<Record<string, unknown>>
  /** All claims but the times. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Identity headers that come of it. */
  readonly headers: Readonly<Record<string, string>>
  readonly traps: Readonly<Record<string, Trap>>
}

/** One difference, in claims or otherwise, and what it comes to. */
type Trap = readonly [
  title: string,
  claims: Readonly<Record<string, unknown>>,
  expect: Vector['expect'],
  how?: Pick<TokenRecipe, 'header' | 'alg' | 'mutation'>,
]

const refused = (reason: Vector['expect']['reason']): Vector['expect'] => ({ status: 401, reason })
const forbidden = (reason: Vector['expect']['reason']): Vector['expect'] => ({ status: 403, reason })
/** What the forge would add and real tokens of that provider do not all have. */
const NOTHING = { aud: REMOVED, scope: REMOVED, client_id: REMOVED, jti: REMOVED }
const UNTYPED = { typ: REMOVED }
const TENANT = '11111111-2222-3333-4444-555555555555'
const APPLICATION = '66666666-7777-8888-9999-000000000000'

/** By the anchor of the page's section. */
const SHAPES: Readonly<Record<string, Shape>> = {
  authentik: {
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
    traps: {
      slash: [
        'the issuer without its slash',
        { iss: 'https://authentik.example.com/application/o/mcp' },
        refused('issuer_untrusted'),
      ],
      'id-token': ['an ID token: it names no client', { azp: REMOVED }, forbidden('client_not_allowed')],
      secret: ['no signing key selected', {}, refused('algorithm_not_allowed'), { alg: 'HS256' }],
      'scope-text': ['a scope mapping that returns text', { 'mcp:read': 'true' }, forbidden('scope_insufficient')],
    },
  },
  keycloak: {
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
    traps: {
      account: ['no audience mapper', { aud: 'account' }, refused('audience_mismatch')],
      'id-token': ['an ID token', { typ: 'ID' }, refused('token_type_not_allowed')],
      role: ['without the role', { realm_access: { roles: ['offline_access'] } }, forbidden('claim_not_allowed')],
    },
  },
  auth0: {
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
    traps: {
      slash: ['the issuer without its slash', { iss: 'https://example.eu.auth0.com' }, refused('issuer_untrusted')],
      encrypted: ['no API in the login: a JWE', {}, refused('token_opaque'), { mutation: 'five segments' }],
      userinfo: [
        'for nothing but userinfo',
        { aud: ['https://example.eu.auth0.com/userinfo'] },
        refused('audience_mismatch'),
      ],
    },
  },
  'okta-custom-authorization-server': {
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
    traps: {
      'org-server': [
        'a token of the org authorization server',
        { iss: 'https://example.okta.com' },
        refused('issuer_untrusted'),
      ],
      resource: [
        'an audience that is not configured there',
        { aud: providerResource('okta-custom-authorization-server', '/mcp') },
        refused('audience_mismatch'),
      ],
    },
  },
  'entra-id-v2-tokens': {
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
    traps: {
      audience: ['the App ID URI as the audience', { aud: `api://${APPLICATION}` }, refused('audience_mismatch')],
      'v1-token': [
        'a v1 token: the manifest does not say otherwise',
        { iss: `https://sts.windows.net/${TENANT}/` },
        refused('issuer_untrusted'),
      ],
      prefix: [
        'the scope as it is asked for, not as it is granted',
        { scp: `api://${APPLICATION}/mcp.read` },
        {
          status: 403,
          reason: 'scope_insufficient',
          headers: {
            'WWW-Authenticate': `Bearer resource_metadata="https://entra-id-v2-tokens.example.com/.well-known/oauth-protected-resource/mcp", scope="api://${APPLICATION}/mcp.read", error="insufficient_scope", error_description="The access token lacks a required scope"`,
          },
        },
      ],
    },
  },
  'entra-id-v1-tokens': {
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
    traps: {
      slash: [
        'the issuer without its slash',
        { iss: `https://sts.windows.net/${TENANT}` },
        refused('issuer_untrusted'),
      ],
      audience: ['the GUID', { aud: APPLICATION }, refused('audience_mismatch')],
    },
  },
  google: {
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
    traps: {
      'access-token': [
        'an access token: opaque',
        {},
        refused('token_opaque'),
        { mutation: 'an opaque token in its place' },
      ],
      scheme: ['the issuer without its scheme', { iss: 'accounts.google.com' }, refused('issuer_untrusted')],
      anybody: ['another user with a Google account', { email: 'mallory@gmail.com' }, forbidden('claim_not_allowed')],
    },
  },
  'amazon-cognito': {
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
    traps: {
      'id-token': ['an ID token', { token_use: 'id' }, refused('token_type_not_allowed')],
      client: ['another client of the pool', { client_id: '2example' }, forbidden('client_not_allowed')],
    },
  },
  zitadel: {
    path: '/mcp',
    spec: 'Zitadel: claims',
    claims: {
      iss: 'https://id.example.com',
      aud: ['234567890123456789@example', '123456789012345678'],
      client_id: '234567890123456789@example',
      'urn:zitadel:iam:org:project:roles': { reader: { '345678901234567890': 'example.id.example.com' } },
    },
    headers: { 'X-Auth-Client': '234567890123456789@example' },
    traps: {
      opaque: ['Auth Token Type is Bearer', {}, refused('token_opaque'), { mutation: 'an opaque token in its place' }],
      project: [
        'the project’s audience was not asked for',
        { aud: ['234567890123456789@example'] },
        refused('audience_mismatch'),
      ],
      role: [
        'without the role, or without the scope for roles',
        { 'urn:zitadel:iam:org:project:roles': {} },
        forbidden('claim_not_allowed'),
      ],
    },
  },
  'pocket-id': {
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
    traps: {
      'id-token': ['an ID token', {}, refused('token_type_not_allowed'), { header: { typ: 'JWT' } }],
      'no-resource': [
        'a client that sent no resource: the audience is the client',
        { aud: ['5f2d1c9e-0000-0000-0000-000000000001'] },
        refused('audience_mismatch'),
      ],
    },
  },
  'pocket-id-before-210': {
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
    traps: {
      'id-token': ['an ID token', { type: 'id-token' }, refused('token_type_not_allowed')],
      'refresh-token': ['a refresh token', { type: 'refresh-token' }, refused('token_type_not_allowed')],
    },
  },
  dex: {
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
    traps: {
      client: ['another client', { aud: 'other-client' }, refused('audience_mismatch')],
      group: ['without the group', { groups: ['example:guests'] }, forbidden('claim_not_allowed')],
      'id-token': [
        'an ID token gets in: nothing in it is different but a nonce',
        { nonce: 'n-0S6_WzA2Mj' },
        { status: 200, reason: 'token' },
      ],
      'id-token-c-hash': [
        'an ID token that came with the code',
        { c_hash: 'GEzjvwvMMXI-3rSwGzJVEg' },
        refused('token_type_not_allowed'),
      ],
    },
  },
  'cloudflare-access': {
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
    traps: {
      application: ['another application of the team', { aud: ['ffff'] }, refused('audience_mismatch')],
      service: ['a service token', { email: REMOVED }, forbidden('claim_not_allowed')],
    },
  },
  'github-actions': {
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
    traps: {
      repository: ['a workflow of another repository', { repository: 'mallory/infra' }, forbidden('claim_not_allowed')],
      audience: ['the default audience', { aud: 'https://github.com/me' }, refused('audience_mismatch')],
    },
  },
  casdoor: {
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
    traps: {
      'refresh-token': [
        'a refresh token, signed with the same key',
        { tokenType: 'refresh-token' },
        refused('token_type_not_allowed'),
      ],
      client: ['a token of another application', { aud: ['OTHER'] }, refused('audience_mismatch')],
    },
  },
  'ory-hydra': {
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
    traps: {
      'no-audience': [
        'a client that asked by resource: Hydra does not read it',
        { aud: [] },
        refused('audience_mismatch'),
      ],
      group: ['groups that the consent page did not grant', { ext: {} }, forbidden('claim_not_allowed')],
    },
  },
  'spring-authorization-server': {
    issuer: 'spring',
    path: '/mcp',
    spec: 'Spring Authorization Server 1.5.2, as it ran',
    header: UNTYPED,
    claims: { iss: 'https://auth.example.com', aud: ['THE-CLIENT-ID'], sub: 'alice', scope: ['openid', 'mcp:read'] },
    headers: { 'X-Auth-Subject': 'alice', 'X-Auth-Scopes': 'openid mcp:read' },
    traps: {
      'id-token': ['an ID token: it has no scope', { scope: REMOVED }, forbidden('scope_insufficient')],
      resource: [
        'the resource as audience, of a server that was taught to write it',
        { aud: [providerResource('spring-authorization-server', '/mcp')] },
        refused('audience_mismatch'),
      ],
    },
  },
  rauthy: {
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
    traps: {
      'id-token': ['an ID token', { typ: 'Id' }, refused('token_type_not_allowed')],
      slash: ['the issuer without its slash', { iss: 'https://id.example.com/auth/v1' }, refused('issuer_untrusted')],
      group: ['groups are null', { groups: null }, forbidden('claim_not_allowed')],
    },
  },
  'gitlab-ci': {
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
    traps: {
      project: ['another project', { project_path: 'mallory/infra' }, forbidden('claim_not_allowed')],
      branch: ['a branch that everybody may push to', { ref_protected: 'false' }, forbidden('claim_not_allowed')],
    },
  },
  firebase: {
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
    traps: {
      stranger: ['a user who signed up', { role: REMOVED }, forbidden('claim_not_allowed')],
      project: ['another project', { aud: 'other-project' }, refused('audience_mismatch')],
    },
  },
  'kubernetes-service-accounts': {
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
    traps: {
      account: [
        'another service account',
        { sub: 'system:serviceaccount:jobs:default' },
        forbidden('claim_not_allowed'),
      ],
      'default-audience': [
        'the token that every pod has: for the API server',
        { aud: ['https://kubernetes.default.svc.cluster.local'] },
        refused('audience_mismatch'),
      ],
    },
  },
}

/** The tokens of each provider of the page about them, on its configuration. */
export const PROVIDERS: readonly Vector[] = Object.entries(SHAPES).flatMap(([slug, shape]) => {
  const { issuer = slug, path, method = 'POST', spec, header, claims, headers } = shape
  const id = `provider-${slug}`
  const token = {
    issuer: `at-${slug}-${issuer}`,
    claims: { ...NOTHING, ...claims },
    ...(header === undefined ? {} : { header }),
  }
  const place = { spec, route: `at-${slug}`, request: { method, host: `${slug}.example.com`, uri: path } }
  return [
    { ...place, id, title: 'as its tokens are', token, expect: { status: 200, reason: 'token', headers } },
    ...Object.entries(shape.traps).map(([name, [title, wrong, expect, how]]) => ({
      ...place,
      id: `${id}-${name}`,
      title,
      token: { ...token, ...how, claims: { ...token.claims, ...wrong } },
      ...(expect.status === 200 ? {} : { twin: id }),
      expect,
    })),
  ] satisfies readonly Vector[]
})
