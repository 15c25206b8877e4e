import { withDefaults } from '../format/key-map.ts'
import type { DefaultsEntry, RouteEntry } from '../format/schema.ts'
import { checkMetadataKeys } from '../format/schema-problems.ts'
import { routeShape } from '../format/schema-route.ts'
import type { Accept, IdentityHeader, Resource, Route, UpstreamAuthorization } from '../model.ts'
import type { Path, ProblemSink } from '../problem.ts'
import { type ReadNamedFile, readHeaderFile } from '../reading/referenced-file.ts'
import { compileAccept, type IssuersByName } from './compile-accept.ts'
import { claimSelector } from './compile-claim-rules.ts'
import { compileDpop } from './compile-dpop.ts'
import { compileIdentityHeaders } from './compile-identity-headers.ts'
import { checkOneIntrospection } from './compile-introspection.ts'
import { compileMatch } from './compile-match.ts'
import { compileMcp, scopesOfMcp } from './compile-mcp.ts'
import { compileResource, markTwins } from './compile-resource.ts'
import { compileRules } from './compile-rules.ts'
import { impliedScopes, prefixedScopes, requestedScopes } from './compile-scopes.ts'
import { checkSpiffeAccept } from './compile-spiffe.ts'
import { compileTokenSource } from './compile-token-source.ts'

/** What every route is compiled with. */
export interface RouteContext {
  readonly defaults: DefaultsEntry
  readonly issuers: IssuersByName
  readonly readFile: ReadNamedFile
  readonly sink: ProblemSink
}

/** One entry of `routes:` with `defaults` and every derived default; undefined without a resource. */
export function compileRoute(name: string, entry: RouteEntry, context: RouteContext): Route | undefined {
  const { defaults, issuers, sink } = context
  const path: Path = ['routes', name]
  // Only for keys that a route overrides; scopes, claims, clientIds and rules of `defaults` are added to its own.
  const inForce = withDefaults(routeShape, { ...defaults, ...entry })
  const placeOf = (key: keyof DefaultsEntry): Path => (key in entry ? [...path, key] : ['defaults', key])
  const resources = compileResources(entry, path, sink)
  const { match, lockedHosts, lockedPaths } = compileMatch(entry.match, resources, [...path, 'match'], sink)
  const accept = compileAccept(entry, defaults, path, issuers, sink)
  const rules = [
    ...compileRules(defaults.rules, ['defaults', 'rules'], match, sink),
    ...compileRules(entry.rules, [...path, 'rules'], match, sink),
  ]
  const hasPathRule = rules.some((rule) => rule.paths !== undefined)
  const headers = compileIdentityHeaders(inForce.identityHeaders, placeOf('identityHeaders'), sink)
  const { origins, metadata = {} } = inForce
  const taken = { identityHeaders: headers, origins }
  const tokenSource = compileTokenSource(inForce.tokenSource, taken, placeOf('tokenSource'), sink)
  const dpop = compileDpop(inForce.dpop, tokenSource, placeOf('dpop'), sink, context.readFile)
  // A backend must not take for checked what forwardgate has not read.
  const { upstreamAuthorization = tokenSource.kind === 'authorization' ? 'keep' : 'strip' } = inForce
  const upstream = compileUpstreamAuthorization(upstreamAuthorization, placeOf('upstreamAuthorization'), context)
  checkMetadataKeys(metadata, placeOf('metadata'), sink)
  const mcp = compileMcp(entry, [...path, 'mcp'], sink)
  if (inForce.mode === 'observe') {
    sink.warning([...path, 'mode'], {
      id: 'route-observed',
      message: 'observe lets pass what enforce would deny; set it to enforce when its counts look right',
      why: 'requests that would be denied reach the service, without identity',
    })
  }
  warnOfSeveralIssuers(accept, headers, path, sink)
  checkOneIntrospection(accept, path, sink)
  checkSpiffeAccept(accept, path, sink)

  const [resource, ...others] = resources
  if (resource === undefined) return undefined
  const advertised = accept.findIndex(({ advertise }) => advertise)
  const scopePrefix = accept[advertised]?.issuer.scopePrefix ?? ''
  const scopes = entry.accept === undefined ? entry.scopes : entry.accept[advertised]?.scopes
  const own = requestedScopes(defaults.scopes, scopes)
  const wanted = inForce.requestScopes ?? (own.length === 0 && inForce.anonymous ? scopesOfMcp(mcp) : own)
  return {
    name,
    resources: [resource, ...others],
    match,
    lockedHosts,
    // Behind a proxy that strips a prefix, rules about paths would silently never match.
    lockedPaths: lockedPaths ?? (hasPathRule ? match.paths : undefined),
    accept,
    rules,
    requestScopes: prefixedScopes(requestedScopes(wanted), scopePrefix),
    scopePrefix,
    scopeImplies: impliedScopes(inForce.scopeImplies),
    anonymous: inForce.anonymous,
    mode: inForce.mode,
    identityHeaders: headers,
    upstreamAuthorization: upstream,
    dpop,
    tokenSource,
    origins,
    preflight: inForce.preflight,
    mcp,
    logClaims: (inForce.logClaims ?? []).map(claimSelector),
    metadata,
  }
}

/** Resources as written, in order; each well-formed. */
function compileResources(entry: RouteEntry, path: Path, sink: ProblemSink): readonly Resource[] {
  const here = [...path, 'resource']
  if (entry.resource === undefined) {
    const message = 'has no resource; add resource: with the URL that users type into a client'
    if (!sink.refused(here)) sink.problem(path, message, 'key')
    return []
  }
  if (typeof entry.resource === 'string') return [compileResource(entry.resource, here, sink) ?? []].flat()
  return markTwins(entry.resource.flatMap((url, index) => compileResource(url, [...here, index], sink) ?? []))
}

/** A warning that is pointless if only the proxy can reach the auth port. */
export const SECRET_READABLE = {
  id: 'upstream-secret',
  message: 'anyone with a good token who reaches the auth port can read this secret; admit only the proxy to it',
  why: 'the answer of /verify carries it, and the proxy is not the only client that can call there',
} as const

function compileUpstreamAuthorization(
  value: NonNullable<DefaultsEntry['upstreamAuthorization']>,
  here: Path,
  { sink, readFile }: RouteContext,
): UpstreamAuthorization {
  if (typeof value === 'string') return { kind: value }
  const { claim, secretFile: file } = value
  if ((claim === undefined) === (file === undefined) && !sink.refused(here)) {
    sink.problem(
      here,
      'must be keep, strip, bearer, { secretFile: … } or { claim: … }; write one of secretFile and claim',
    )
  }
  if (claim !== undefined) return { kind: 'claim', claim: claimSelector(claim) }
  if (file === undefined) return { kind: 'strip' }
  const read = readHeaderFile(readFile, file, [...here, 'secretFile'])
  if (!read.ok) {
    sink.problem([...here, 'secretFile'], read.message)
    return { kind: 'strip' }
  }
  sink.warning(here, SECRET_READABLE)
  return { kind: 'secret', file, value: read.value }
}

function warnOfSeveralIssuers(
  accept: readonly Accept[],
  headers: readonly IdentityHeader[],
  path: Path,
  sink: ProblemSink,
): void {
  const issuers = new Set(accept.map(({ issuer }) => issuer.name))
  if (issuers.size < 2 || headers.length === 0 || headers.some(({ source }) => source.kind === 'issuer')) return
  sink.warning(path, {
    id: 'issuer-header-missing',
    message: 'has several issuers, whose subjects may be equal; add a header with "@issuer" to identityHeaders',
    why: 'two issuers may know two people by the same subject; the service could not distinguish them',
  })
}
