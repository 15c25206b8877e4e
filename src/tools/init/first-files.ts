import { OIDC_WORDS } from '../../config/compile/compile-requirement.ts'
import { formatSpan } from '../../config/time.ts'
import { yamlScalar } from '../generate/yaml-text.ts'
import { scopesToRequest } from './request-scopes.ts'
import type { SampleToken } from './sample-token.ts'

/** What a first configuration is made of. */
export interface FirstRoute {
  readonly issuer: string
  /** Where its discovery document is, if not below the issuer. */
  readonly discoveryUri: string | undefined
  readonly resource: string
  readonly route: string
  readonly sample: SampleToken | undefined
  /** Scopes that the issuer's discovery document offers. */
  readonly offered: readonly string[]
  /** The file of the proxy. */
  readonly manifest: string
}

/** The route's name: the last part of the resource's path, else the first of its host. */
export function routeName(resource: string): string {
  const { pathname, hostname } = new URL(resource)
  const candidates = [pathname.split('/').findLast((part) => part !== '') ?? '', hostname.split('.')[0] ?? '']
  const names = candidates.map((text) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 63),
  )
  return names.find((name) => /^[a-z0-9]/.test(name) && name !== 'none' && name !== 'unmatched') ?? 'api'
}

/** A commented configuration for one issuer and one resource. */
export function firstConfig(first: FirstRoute): string {
  const { resource, route, sample } = first
  const origin =
    sample === undefined
      ? '# Without a sample token; compare with one of your issuer (init --token-file).'
      : '# From a sample token whose signature was not checked: read every line before you rely on it.'
  return `${[
    origin,
    `# Every key: docs/reference/configuration.md. Check it: forwardgate check config.yaml --manifests ${first.manifest}`,
    'issuers:',
    '  main:',
    ...issuerLines(first),
    '',
    'routes:',
    `  ${route}: # the proxy asks at /verify/${route}, or at /ext_authz/${route}`,
    `    resource: ${yamlScalar(resource)} # exactly the URL that users type into a client`,
    ...audienceLines(first),
    ...scopeLines(first),
    ...requestLines(first),
    ...groupLines(sample?.groups ?? []),
    ...(sample?.bound === true ? [BOUND] : []),
  ].join('\n')}\n`
}

function issuerLines({ issuer, discoveryUri, sample }: FirstRoute): readonly string[] {
  const { scopePrefix: prefix, lifetime } = sample ?? {}
  return [
    `    issuer: ${yamlScalar(issuer)} # the iss claim, byte for byte`,
    discoveryUri !== undefined && `    discoveryUri: ${yamlScalar(discoveryUri)} # from where forwardgate runs`,
    isPlain(discoveryUri) &&
      '    dangerouslyAllowHttp: true # metadata and keys by plain http: in a trusted network only',
    sample?.scopeShape === 'boolean claims' &&
      '    booleanScopes: true # a granted scope is a claim of its own that is true',
    prefix !== undefined && `    scopePrefix: ${yamlScalar(prefix)} # what clients must put before a scope`,
    lifetime !== undefined && `    # maxTokenLifetime: 24h    the sample lives ${formatSpan(lifetime)}`,
  ].filter((line) => line !== false)
}

function isPlain(url: string | undefined): boolean {
  return url !== undefined && /^http:\/\/(?!127\.0\.0\.1[:/]|localhost[:/]|\[::1\])/.test(url)
}

/** Bearer tokens go on passing unless it is written, so it is left to the reader. */
const BOUND = '    # dpop: required    the sample is bound to a key of its client: to let in no other tokens'

/** A first policy test: a request without a token, and one with a token like the sample. */
export function firstPolicyTest(first: FirstRoute): string {
  const { route, sample } = first
  const scopes = requiredScopes(sample)
  const client = requiresClient(first) ? `, client_id: ${yamlScalar(sample?.client ?? '')}` : ''
  const granted =
    sample?.scopeShape === 'boolean claims'
      ? scopes.map((scope) => `, ${yamlScalar(scope)}: true`).join('')
      : `, scope: ${JSON.stringify(scopes.join(' '))}`
  const denied = [
    '  - name: a token without the scopes is not enough',
    `    request: { route: ${route} }`,
    `    claims: { sub: alice${client} }`,
    '    expect: { outcome: deny, reason: scope_insufficient }',
  ]
  return `${[
    '# Run it: forwardgate test policy-test.yaml --config config.yaml',
    'tests:',
    '  - name: a request without a token is refused',
    `    request: { route: ${route} }`,
    '    anonymous: true',
    '    expect: { outcome: deny, reason: credentials_missing, status: 401 }',
    '  - name: a token with what the route requires is accepted',
    `    request: { route: ${route} }`,
    `    claims: { sub: alice${scopes.length === 0 ? '' : granted}${client} }`,
    '    expect: { outcome: allow, headers: { X-Auth-Subject: alice } }',
    ...(scopes.length === 0 ? [] : denied),
  ].join('\n')}\n`
}

/** Audiences that mean this resource: not the issuer's own pages, nor Keycloak's word for none. */
function audiences({ sample }: FirstRoute): readonly string[] {
  return (sample?.audience ?? []).filter((audience) => audience !== 'account' && !audience.endsWith('/userinfo'))
}

function isUnchecked(first: FirstRoute): boolean {
  return first.sample !== undefined && audiences(first).length === 0 && first.sample.client !== undefined
}

/** If the client is the audience, its ID tokens have that audience, too; at most providers only access tokens name the client. */
function isOwnAudience(first: FirstRoute): boolean {
  const client = first.sample?.client
  return client !== undefined && audiences(first).includes(client)
}

function requiresClient(first: FirstRoute): boolean {
  return isUnchecked(first) || isOwnAudience(first)
}

function audienceLines(first: FirstRoute): readonly string[] {
  const { resource, sample } = first
  if (sample === undefined)
    return [`    # audience: [${yamlScalar(resource)}]    that is the default; many issuers write a client ID instead`]
  if (isUnchecked(first)) {
    return [
      '    # The sample has no audience for this resource. Better: have the issuer write one, and list it here.',
      '    audience: unchecked',
      `    clientIds: [${yamlScalar(sample.client ?? '')}]`,
    ]
  }
  const found = audiences(first)
  const client =
    sample.client === undefined ? [] : [`    # clientIds: [${yamlScalar(sample.client)}]    to let this client in only`]
  if (found.length === 0)
    return ['    # The sample names neither an audience nor a client: have the issuer write one of them.', ...client]
  if (found.includes(resource))
    return ['    # audience: the sample has the resource, as it should (RFC 8707)', ...client]
  const audience = `    audience: [${found.map(yamlScalar).join(', ')}] # any of these; of the sample`
  if (sample.client === undefined) {
    return [
      audience,
      '    # The sample names no client: be sure that it is an access token. An ID token may look the same here.',
    ]
  }
  if (!isOwnAudience(first)) return [audience, ...client]
  return [
    audience,
    `    clientIds: [${yamlScalar(sample.client)}] # keeps out ID tokens, which have the same audience and name no client`,
  ]
}

const MAX_SCOPES = 5

function requiredScopes(sample: SampleToken | undefined): readonly string[] {
  const scopes = sample?.scopes ?? []
  return scopes.length <= MAX_SCOPES ? scopes : []
}

function scopeLines({ sample, offered }: FirstRoute): readonly string[] {
  const scopes = requiredScopes(sample)
  if (scopes.length > 0) {
    const where =
      sample?.scopeShape === 'boolean claims' ? 'claims of the sample' : `\`${sample?.scopeShape}\` of the sample`
    return [
      `    scopes: [${scopes.map(yamlScalar).join(', ')}] # all of these; ${where}: keep what this resource needs`,
    ]
  }
  const known = ((sample?.scopes.length ?? 0) > 0 ? (sample?.scopes ?? []) : offered).filter(
    (scope) => !OIDC_WORDS.has(scope),
  )
  if (sample !== undefined && sample.scopeShape === undefined && offered.length > 0)
    return ['    # The sample names no scope: there is none to require. Require a claim instead, such as a group.']
  if (known.length === 0 && offered.length > 0)
    return ['    # The issuer names no scope of its own: make one there, or require a claim instead, such as a group.']
  const shown = known.slice(0, 8).map(yamlScalar).join(', ')
  return [
    shown === ''
      ? '    # scopes: [mcp:read]    what tokens must carry; the issuer must know it'
      : `    # scopes: [${yamlScalar(known[0] ?? '')}]    what tokens must carry; the issuer knows ${shown}`,
  ]
}

/** Only if it is more than what is required: that is the default. */
function requestLines({ sample, offered }: FirstRoute): readonly string[] {
  const required = requiredScopes(sample)
  const requested = scopesToRequest(sample, offered, required)
  if (requested.length === required.length) return []
  return [
    `    requestScopes: [${requested.map(yamlScalar).join(', ')}] # what clients request; the issuer must allow it`,
  ]
}

function groupLines(groups: readonly string[]): readonly string[] {
  if (groups.length === 0) return []
  return [
    `    # claims: { groups: [${groups.slice(0, 3).map(yamlScalar).join(', ')}] }    to let these groups in only; of the sample`,
    '    identityHeaders: { X-Auth-Subject: sub, X-Auth-Issuer: "@issuer", X-Auth-Client: "@client", X-Auth-Scopes: "@scopes", X-Auth-Groups: groups }',
  ]
}
