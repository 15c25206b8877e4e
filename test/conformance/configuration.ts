import { hash } from 'node:crypto'
import type { Config } from '../../src/config/model.ts'
import { type ConfigText, parse } from '../../src/config/parse.ts'
import { formatProblem } from '../../src/config/problem.ts'
import { PROVIDER_ISSUERS, PROVIDER_ROUTES, providerIssuers } from './provider-page.ts'

/** The time of every decision in these tests, in seconds. */
export const NOW = 1_800_000_000

interface Signing {
  readonly iss: string
  readonly algorithms: readonly [string, ...string[]]
  readonly kid: string | undefined
}

const OWN_ISSUERS = {
  main: { iss: 'https://id.example.com/main', algorithms: ['ES256', 'RS256', 'EdDSA'], kid: 'shared' },
  twin: { iss: 'https://id.example.com/twin', algorithms: ['ES256'], kid: 'shared' },
  secret: { iss: 'https://id.example.com/secret', algorithms: ['HS256'], kid: undefined },
  authentik: { iss: 'https://authentik.example.com/application/o/mcp/', algorithms: ['ES256'], kid: 'authentik' },
  entra: { iss: 'https://login.example.com/tenant/v2.0', algorithms: ['ES256'], kid: 'entra' },
  strict: { iss: 'https://id.example.com/strict', algorithms: ['ES256'], kid: 'strict' },
  'cluster-a': { iss: 'https://kubernetes.default.svc', algorithms: ['ES256'], kid: 'a' },
  'cluster-b': { iss: 'https://kubernetes.default.svc', algorithms: ['ES256'], kid: 'b' },
  'id-tokens': { iss: 'https://id.example.com/id-tokens', algorithms: ['ES256'], kid: 'id-tokens' },
  opaque: { iss: 'https://id.example.com/opaque', algorithms: ['ES256'], kid: 'opaque' },
  spire: { iss: '', algorithms: ['ES256'], kid: 'spire' },
  'spire-named': { iss: 'https://spire.example.com', algorithms: ['ES256'], kid: 'spire-named' },
  offline: { iss: 'https://id.example.com/offline', algorithms: ['ES256'], kid: 'offline' },
} as const satisfies Record<string, Signing>

/** How each configured issuer signs. `kid`: main and twin publish the same one for different keys. */
export const ISSUERS: typeof OWN_ISSUERS & Readonly<Record<string, Signing>> = { ...OWN_ISSUERS, ...PROVIDER_ISSUERS }

export type IssuerName = string

/** The static tokens of the configuration; the file has only their hashes. */
export const STATIC = {
  good: 'fwg_conformance-good-0123456789abcdef-0123456789',
  expired: 'fwg_conformance-expired-0123456789abcdef-012345',
  elsewhere: 'fwg_conformance-elsewhere-0123456789abcdef-0123',
  scopeless: 'fwg_conformance-scopeless-0123456789abcdef-0123',
  guest: 'fwg_conformance-guest-0123456789abcdef-01234567',
  revoked: 'fwg_conformance-revoked-0123456789abcdef-012345',
  lasting: 'fwg_conformance-lasting-0123456789abcdef-012345',
  stranger: 'fwg_conformance-stranger-0123456789abcdef-01234',
  short: 'fwg_short',
  dotted: 'fwg_conformance.dotted.0123456789abcdef',
} as const

const sha256 = (text: string): string => hash('sha256', text, 'hex')
const entry = (name: keyof typeof STATIC, rest: string, exp = NOW + 300, iat = NOW - 10): string =>
  `- { sha256: ${sha256(STATIC[name])}, sub: robot, iat: ${iat}, exp: ${exp}, ${rest} }\n`

/** Files that the configuration names, by name, with their content. */
export const FILES = {
  'tokens.yaml': [
    entry('good', 'aud: conformance, scope: "mcp:read", client_id: cron, groups: [ops], jti: static-1'),
    entry('expired', 'aud: conformance, scope: "mcp:read", groups: [ops]', NOW - 31, NOW - 60),
    entry('elsewhere', 'aud: elsewhere, scope: "mcp:read", groups: [ops]'),
    entry('scopeless', 'aud: conformance, groups: [ops]'),
    entry('guest', 'aud: conformance, scope: "mcp:read", groups: [guests]'),
    entry('revoked', 'aud: conformance, scope: "mcp:read", groups: [ops], jti: revoked-token'),
    entry('lasting', 'aud: conformance, scope: "mcp:read", groups: [ops]', NOW + 7200),
    entry('short', 'aud: conformance, scope: "mcp:read", groups: [ops]'),
    entry('dotted', 'aud: conformance, scope: "mcp:read", groups: [ops]'),
  ].join(''),
  'client.secret': 'what the gate says to the issuer\n',
  'hmac.secret': 'a secret that two parties share!\n',
  'nonce.secret': 'what all replicas make nonces from, 32 bytes or more\n',
  'backend.secret': 'Basic YmFja2VuZDpzZWNyZXQ=\n',
} as const

/** Where an issuer is asked about tokens, beside its keys. */
export const introspectionUri = (jwksUri: string): string => jwksUri.replace(/[^/]*$/, 'introspect')

const ACTIVE = {
  active: true,
  sub: 'alice',
  aud: 'conformance',
  client_id: 'claude',
  scope: 'mcp:read',
  iat: NOW - 10,
  exp: NOW + 300,
}

/** What `opaque` says of its tokens, with `{jkt}` for the client's key; undefined stands for a token that it does not know. */
export const INTROSPECTED: Readonly<Record<string, object | undefined>> = {
  'opaque-good-0123456789': { ...ACTIVE, iss: ISSUERS.opaque.iss, token_type: 'Bearer' },
  'opaque.with.dots-0123': ACTIVE,
  'opaque-inactive-0123456789': { active: false },
  'opaque-other-issuer': { ...ACTIVE, iss: ISSUERS.main.iss },
  'opaque-other-issuer-slash': { ...ACTIVE, iss: `${ISSUERS.opaque.iss}/` },
  'opaque-iss-list': { ...ACTIVE, iss: [ISSUERS.opaque.iss] },
  'opaque-refresh-token': { ...ACTIVE, token_type: 'refresh_token' },
  'opaque-refresh-use': { ...ACTIVE, token_use: 'refresh_token' },
  'opaque-dpop': { ...ACTIVE, token_type: 'DPoP' },
  'opaque-dpop-bound': { ...ACTIVE, token_type: 'DPoP', cnf: { jkt: 'x' } },
  'opaque-keycloak-refresh': { ...ACTIVE, typ: 'Refresh' },
  'opaque-refresh-urn': { ...ACTIVE, token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
  'opaque-refresh-casdoor': { ...ACTIVE, tokenType: 'refresh-token' },
  'opaque-id-token': { ...ACTIVE, type: 'id-token' },
  'opaque-logout': { ...ACTIVE, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
  'opaque-unknown-word': { ...ACTIVE, token_type: 'N_A', type: 'app' },
  'opaque-null-type': { ...ACTIVE, token_type: null },
  'opaque-no-exp': { ...ACTIVE, exp: undefined },
  'opaque-expired': { ...ACTIVE, exp: NOW - 31 },
  'opaque-not-yet': { ...ACTIVE, nbf: NOW + 60 },
  'opaque-elsewhere': { ...ACTIVE, aud: 'elsewhere' },
  'opaque-no-aud': { ...ACTIVE, aud: undefined },
  'opaque-scopeless': { ...ACTIVE, scope: 'other' },
  'opaque-bound': { ...ACTIVE, cnf: { jkt: 'x' } },
  'opaque-revoked-here': { ...ACTIVE, sub: 'mallory' },
  'opaque-nulls': { ...ACTIVE, iss: null, nbf: null, jti: null, token_type: null, cnf: null },
  'opaque-active-null': { ...ACTIVE, active: null },
  'opaque-exp-null': { ...ACTIVE, exp: null },
  'opaque-active-text': { ...ACTIVE, active: 'true' },
  'opaque-login-recent': { ...ACTIVE, auth_time: NOW - 60 },
  'opaque-login-old': { ...ACTIVE, auth_time: NOW - 931 },
  'opaque-login-unsaid': ACTIVE,
  'opaque-dpop-jkt': { ...ACTIVE, token_type: 'DPoP', cnf: { jkt: '{jkt}' } },
  'opaque-active-missing': { ...ACTIVE, active: undefined },
}

/** The configuration of every vector. `jwksUri` says where an issuer publishes its keys. */
export const configurationText = (jwksUri: (issuer: IssuerName) => string): string => `
issuers:
  main: { issuer: ${ISSUERS.main.iss}, jwksUri: "${jwksUri('main')}" }
  twin: { issuer: ${ISSUERS.twin.iss}, jwksUri: "${jwksUri('twin')}" }
  secret: { issuer: ${ISSUERS.secret.iss}, secretFile: hmac.secret }
  authentik: { issuer: ${ISSUERS.authentik.iss}, jwksUri: "${jwksUri('authentik')}", booleanScopes: true }
  entra: { issuer: ${ISSUERS.entra.iss}, jwksUri: "${jwksUri('entra')}", scopePrefix: api://forwardgate/ }
  strict:
    issuer: ${ISSUERS.strict.iss}
    jwksUri: "${jwksUri('strict')}"
    algorithms: [ES256]
    clockTolerance: 0s
    maxTokenLifetime: 1h
    requireTyp: at+jwt
    scopeClaims: [permissions]
    clientClaims: [azp]
  cluster-a: { issuer: ${ISSUERS['cluster-a'].iss}, jwksUri: "${jwksUri('cluster-a')}" }
  cluster-b: { issuer: ${ISSUERS['cluster-b'].iss}, jwksUri: "${jwksUri('cluster-b')}" }
  spire: { spiffe: example.org, jwksUri: "${jwksUri('spire')}" }
  spire-named: { issuer: ${ISSUERS['spire-named'].iss}, spiffe: example.org, jwksUri: "${jwksUri('spire-named')}" }
  offline: { issuer: ${ISSUERS.offline.iss}, jwksUri: "${jwksUri('offline')}" }
  id-tokens: { issuer: ${ISSUERS['id-tokens'].iss}, jwksUri: "${jwksUri('id-tokens')}", tokenKinds: [access, id] }
  robots: { tokensFile: tokens.yaml, maxTokenLifetime: 1h }
  opaque:
    issuer: ${ISSUERS.opaque.iss}
    jwksUri: "${jwksUri('opaque')}"
    introspection: { endpoint: "${introspectionUri(jwksUri('opaque'))}", clientId: gate, clientSecretFile: client.secret }
${providerIssuers(jwksUri)}defaults:
  issuers: [main]
routes:
  kubernetes:
    resource: https://api.example.com/mcp/kubernetes
    scopes: [mcp:read]
    metadata: { resource_name: Kubernetes }
  grafana: { resource: https://api.example.com/mcp/grafana, scopes: [mcp:read] }
  root: { resource: https://root.example.com, audience: [conformance] }
  id-tokens: { resource: https://api.example.com/id-tokens, issuers: [id-tokens], audience: [conformance], clientIds: [claude] }
  bare: { resource: https://bare.example.com }
  bare-slash: { resource: "https://bare-slash.example.com:8443/" }
  slashes: { resource: [https://api.example.com/slashes, https://api.example.com/slashes/] }
  ports:
    resource: [https://ports.example.com/ports, https://ports.example.com:8443/ports]
    audience: [conformance]
  port: { resource: "https://api.example.com:8443/port", audience: [conformance], match: { hosts: [port.example.com] } }
  hosts:
    resource: [https://in.example.com/hosts, https://out.example.com/hosts]
    audience: [conformance]
    scopes: [mcp:read]
  locked:
    resource: https://api.example.com/locked
    audience: [conformance]
    match: { hosts: [api.example.com], paths: [/locked] }
  ruled:
    resource: https://api.example.com/ruled
    audience: [conformance]
    scopes: [mcp:read]
    scopeImplies: { mcp:admin: [mcp:write, mcp:get] }
    rules:
      - { methods: [GET], scopes: [mcp:get] }
      - { methods: [DELETE], scopes: [mcp:read, mcp:write] }
      - { paths: [/ruled/admin], scopes: [mcp:admin], claims: { groups: [admins] } }
  both: { resource: https://api.example.com/both, audience: [conformance], issuers: [main, twin] }
  secret: { resource: https://api.example.com/secret, audience: [conformance], issuers: [secret] }
  authentik:
    resource: https://api.example.com/authentik
    audience: [conformance]
    issuers: [authentik]
    scopes: [mcp:read]
  entra:
    resource: https://api.example.com/entra
    audience: [conformance]
    issuers: [entra]
    scopes: [mcp:read]
    requestScopes: [mcp:read, openid, offline_access]
    rules: [{ methods: [DELETE], scopes: [mcp:write] }]
  strict: { resource: https://api.example.com/strict, audience: [conformance], issuers: [strict], scopes: [mcp:read] }
  clusters: { resource: https://api.example.com/clusters, audience: [conformance], issuers: [cluster-a, cluster-b] }
  workloads: { resource: https://api.example.com/workloads, audience: [conformance], issuers: [main, spire] }
  workloads-named: { resource: https://api.example.com/workloads-named, audience: [conformance], issuers: [spire-named] }
  offline: { resource: https://api.example.com/offline, audience: [conformance], issuers: [offline] }
  audiences: { resource: https://api.example.com/audiences, audience: [first, second] }
  unchecked: { resource: https://api.example.com/unchecked, audience: unchecked, clientIds: [claude] }
  clients: { resource: https://api.example.com/clients, audience: [conformance], clientIds: [claude, robot] }
  claims:
    resource: https://api.example.com/claims
    audience: [conformance]
    claims:
      groups: { anyOf: [family, friends], noneOf: [banned] }
      /realm_access/roles: { allOf: [read, list] }
      level: 2
      https://ns.example.com/role: member
      legacy: { exists: false }
      constructor: { exists: false }
      tenant: { exists: true }
  accept:
    resource: https://api.example.com/accept
    accept:
      - { issuer: main, audience: [conformance], scopes: [deploy] }
      - { issuer: twin, audience: [conformance], claims: { repository: [me/infra] }, advertise: false }
      - { issuer: main, audience: [machines], clientIds: [robot] }
  robots:
    resource: https://api.example.com/robots
    accept:
      - { issuer: main, audience: [conformance] }
      - { issuer: robots, audience: [conformance], scopes: [mcp:read], claims: { groups: [ops] } }
    rules: [{ methods: [DELETE], scopes: [mcp:admin] }]
  opaque:
    resource: https://api.example.com/opaque
    audience: [conformance]
    issuers: [robots, opaque]
    scopes: [mcp:read]
  public:
    resource: https://api.example.com/public
    audience: [conformance]
    scopes: [mcp:read]
    anonymous: true
    rules: [{ methods: [DELETE], scopes: [mcp:write] }]
  observed:
    resource: https://api.example.com/observed
    audience: [conformance]
    scopes: [mcp:read]
    mode: observe
    upstreamAuthorization: strip
    origins: [https://inspector.example.com]
    match: { hosts: [api.example.com] }
  dpop: { resource: https://api.example.com/dpop, audience: [conformance], scopes: [mcp:read] }
  dpop-off: { resource: https://api.example.com/dpop-off, audience: [conformance], dpop: off }
  dpop-required: { resource: https://api.example.com/dpop-required, audience: [conformance], dpop: required }
  dpop-nonce:
    resource: https://api.example.com/dpop-nonce
    audience: [conformance]
    origins: [https://app.example.com]
    dpop: { mode: required, algorithms: [ES256], maxAge: 1m, nonceSecretFile: nonce.secret }
  dpop-bearer: { resource: https://api.example.com/dpop-bearer, audience: [conformance], upstreamAuthorization: bearer }
  dpop-ports:
    resource: ["https://api.example.com:8443/dpop-ports", "https://api.example.com/dpop-ports"]
    audience: [conformance]
  login:
    resource: https://api.example.com/login
    audience: [conformance]
    clientIds: [claude]
    scopes: [mcp:read]
    acr: [silver, gold]
    maxAuthAge: 15m
    rules: [{ methods: [DELETE], scopes: [mcp:write], acr: [gold, platinum], maxAuthAge: 5m }]
  login-ways:
    resource: https://api.example.com/login-ways
    accept:
      - { issuer: main, audience: [conformance], maxAuthAge: 15m, clientIds: [robot] }
      - { issuer: main, audience: [conformance], scopes: [deploy] }
  login-tools:
    resource: https://api.example.com/login-tools
    audience: [conformance]
    mcp:
      tools: { status: allow, pay: { scopes: [mcp:pay], acr: [gold], maxAuthAge: 5m } }
      default: { acr: [phr] }
  login-observed: { resource: https://api.example.com/login-observed, audience: [conformance], mode: observe, maxAuthAge: 15m }
  login-opaque: { resource: https://api.example.com/login-opaque, audience: [conformance], issuers: [opaque], maxAuthAge: 15m }
  identity:
    resource: https://api.example.com/identity
    audience: [conformance]
    identityHeaders:
      X-User: sub
      X-Groups: groups
      X-Role: /realm_access/roles/0
      X-Scopes: "@scopes"
      X-Client: "@client"
      X-Issuer: "@issuer"
      X-Data: data
  access:
    resource: https://api.example.com/access
    audience: [conformance]
    tokenSource: { header: Cf-Access-Jwt-Assertion }
  'access-open':
    resource: https://api.example.com/access-open
    audience: [conformance]
    anonymous: true
    tokenSource: { header: Cf-Access-Jwt-Assertion }
    upstreamAuthorization: keep
  cookie:
    resource: https://api.example.com/cookie
    audience: [conformance]
    anonymous: true
    origins: [https://app.example.com]
    tokenSource: { cookie: CF_Authorization }
  strip: { resource: https://api.example.com/strip, audience: [conformance], upstreamAuthorization: strip }
  backend:
    resource: https://api.example.com/backend
    audience: [conformance]
    anonymous: true
    upstreamAuthorization: { secretFile: backend.secret }
  exchanged:
    resource: https://api.example.com/exchanged
    audience: [conformance]
    upstreamAuthorization: { claim: backend_token }
  browser:
    resource: https://api.example.com/browser
    audience: [conformance]
    origins: [https://inspector.example.com, https://other.example.com]
  preflight:
    resource: https://api.example.com/preflight
    audience: [conformance]
    origins: [https://inspector.example.com]
    preflight: pass
    upstreamAuthorization: strip
  sandboxed: { resource: https://api.example.com/sandboxed, audience: [conformance], origins: ["null"] }
  tools:
    resource: https://api.example.com/tools
    audience: [conformance]
    scopes: [mcp:read]
    scopeImplies: { mcp:all: [mcp:admin, mcp:secrets] }
    mcp:
      tools:
        status: allow
        "read_*": [mcp:read]
        read_secrets: [mcp:secrets]
        delete_pod: [mcp:admin, mcp:write]
        transfer: { scopes: [mcp:pay], claims: { groups: [treasury] } }
      resources: { "note://public/*": allow, "https://files.example.com/public/*": [mcp:files] }
      prompts: { greet: allow, "admin*": [mcp:admin] }
      maxBodySize: 4096
  lazy:
    resource: https://api.example.com/lazy
    audience: [conformance]
    anonymous: true
    mcp: { tools: { delete_pod: [mcp:admin] }, default: [mcp:use], lists: open }
  shut: { resource: https://api.example.com/shut, audience: [conformance], anonymous: true, mcp: { tools: { status: allow } } }
  watched-tools:
    resource: https://api.example.com/watched-tools
    audience: [conformance]
    mode: observe
    mcp: { tools: { status: allow, delete_pod: [mcp:admin] } }
${PROVIDER_ROUTES}revocations:
  jti: [revoked-token]
  sub: [mallory]
  clientIds: [revoked-client]
  issuedBefore: 2020-01-01T00:00:00Z
`

/** The configuration through the real loader. */
export function readConfiguration(jwksUri: (issuer: IssuerName) => string): Config {
  const texts: readonly ConfigText[] = [{ file: 'config.yaml', text: configurationText(jwksUri) }]
  const parsed = parse(texts, {
    now: NOW,
    readFile: (path) => {
      const content = Object.entries(FILES).find(([name]) => name === path)?.[1]
      return content === undefined ? { error: 'there is no such file' } : { bytes: Buffer.from(content) }
    },
  })
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'))
  return parsed.config
}
