import { withDefaults } from '../format/key-map.ts'
import type { ConfigFile, DefaultsEntry, RouteEntry } from '../format/schema.ts'
import { checkMetadataKeys } from '../format/schema-problems.ts'
import { routeShape } from '../format/schema-route.ts'
import type { Accept, IdentityHeader, Route } from '../model.ts'
import type { Place } from '../reading/places.ts'
import type { Steps } from '../steps.ts'
import { compileAccept, type RouteContext, resolveIssuers } from './compile-accept.ts'
import { checkOverlaps, compileMatch, compileRules } from './compile-match.ts'
import { compileMcp, scopesOfMcp } from './compile-mcp.ts'
import {
  claimSelector,
  impliedScopes,
  prefixedScopes,
  requestedScopes,
  warnOfOidcWords,
} from './compile-requirement.ts'
import { checkEqualResources, compileResources } from './compile-resource.ts'
import { compileDpop, compileTokenSource } from './compile-token-source.ts'
import { compileIdentityHeaders, compileUpstreamAuthorization } from './compile-upstream.ts'

/** The `routes:` of a file; those without a resource are left out. */
export function* compileRoutes(entries: ConfigFile['routes'], context: RouteContext): Steps<readonly Route[]> {
  const { defaults, file } = context
  const shared = file.at('defaults')
  const place = file.at('routes')
  resolveIssuers(defaults.issuers ?? [], shared.at('issuers'), context)
  warnOfOidcWords(defaults.scopes, shared.at('scopes'))
  const routes: Route[] = []
  const share = createShared()
  for (const [name, entry] of Object.entries(entries ?? {})) {
    yield
    const route = compileRoute(name, entry, context, share)
    if (route !== undefined) routes.push(route)
  }
  yield
  checkEqualResources(
    routes.flatMap(({ name: route, resources }) => {
      const here = place.at(route, 'resource')
      const isList = Array.isArray(entries?.[route]?.resource)
      return resources.map((resource, index) => ({ resource, route, place: isList ? here.at(index) : here }))
    }),
  )
  yield
  checkOverlaps(routes, place)
  return routes
}

/** Makes what routes have from `defaults` once for all of them, by key. */
type Shared = <T>(key: keyof DefaultsEntry, make: () => T) => T

function createShared(): Shared {
  const made = new Map<keyof DefaultsEntry, unknown>()
  return <T>(key: keyof DefaultsEntry, make: () => T): T => {
    if (!made.has(key)) made.set(key, make())
    // Each key has one caller, so one type.
    return made.get(key) as T
  }
}

const completed = withDefaults(routeShape)

/** A route with `defaults` and every derived default; undefined without a resource. */
function compileRoute(name: string, entry: RouteEntry, context: RouteContext, share: Shared): Route | undefined {
  const { defaults, file } = context
  const place = file.at('routes', name)
  const shared = file.at('defaults')
  // Only for keys that a route overrides; scopes, claims, clientIds and rules of `defaults` are added to its own.
  const inForce = completed({ ...defaults, ...entry })
  const placeOf = (key: keyof DefaultsEntry): Place => (key in entry ? place : shared).at(key)
  /** The value of a key, made of that key and of the `others`. */
  const settingOf = <T>(key: keyof DefaultsEntry, make: (here: Place) => T, ...others: (keyof DefaultsEntry)[]): T => {
    const isOwn = [key, ...others].some((one) => one in entry)
    return isOwn ? make(placeOf(key)) : share(key, () => make(placeOf(key)))
  }
  const resources = compileResources(entry, place)
  const { match, lockedHosts, lockedPaths } = compileMatch(entry.match, resources, place.at('match'))
  const accept = compileAccept(entry, place, context)
  const rules = [
    ...compileRules(defaults.rules, match, shared.at('rules')),
    ...compileRules(entry.rules, match, place.at('rules')),
  ]
  const hasPathRule = rules.some((rule) => rule.paths !== undefined)
  const headers = settingOf('identityHeaders', (here) => compileIdentityHeaders(inForce.identityHeaders, here))
  const { origins } = inForce
  const compileSource = (here: Place) => compileTokenSource(inForce.tokenSource, headers, origins, here)
  const tokenSource = settingOf('tokenSource', compileSource, 'identityHeaders', 'origins')
  const dpop = settingOf('dpop', (here) => compileDpop(inForce.dpop, tokenSource, here), 'tokenSource')
  // A backend must not take for checked what forwardgate has not read.
  const { upstreamAuthorization = tokenSource.kind === 'authorization' ? 'keep' : 'strip' } = inForce
  const compileUpstream = (here: Place) => compileUpstreamAuthorization(upstreamAuthorization, here)
  const upstream = settingOf('upstreamAuthorization', compileUpstream, 'tokenSource')
  const metadata = settingOf('metadata', (here) => {
    checkMetadataKeys(inForce.metadata ?? {}, here)
    return inForce.metadata ?? {}
  })
  const mcp = compileMcp(entry, place.at('mcp'))
  if (inForce.mode === 'observe') {
    place.at('mode').warning({
      id: 'route-observed',
      message: 'observe lets pass what enforce would deny; set it to enforce when its counts look right',
      why: 'requests that would be denied reach the service, without identity',
    })
  }
  warnOfSeveralIssuers(accept, headers, place)

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
    scopeImplies: settingOf('scopeImplies', () => impliedScopes(inForce.scopeImplies)),
    anonymous: inForce.anonymous,
    mode: inForce.mode,
    identityHeaders: headers,
    upstreamAuthorization: upstream,
    dpop,
    tokenSource,
    origins,
    preflight: inForce.preflight,
    mcp,
    logClaims: settingOf('logClaims', () => (inForce.logClaims ?? []).map(claimSelector)),
    metadata,
  }
}

function warnOfSeveralIssuers(accept: readonly Accept[], headers: readonly IdentityHeader[], place: Place): void {
  const issuers = new Set(accept.map(({ issuer }) => issuer.name))
  if (issuers.size < 2 || headers.length === 0 || headers.some(({ source }) => source.kind === 'issuer')) return
  place.warning({
    id: 'issuer-header-missing',
    message: 'has several issuers, whose subjects may be equal; add a header with "@issuer" to identityHeaders',
    why: 'two issuers may know two people by the same subject; the service could not distinguish them',
  })
}
