import { canonicalPath, foldPath, isWithin } from '../config/canonical-path.ts'
import type { Route, Rule } from '../config/model.ts'
import type { Denial } from './denial.ts'
import type { ForwardedRequest } from './forwarded-request.ts'

/** The routes, indexed so that a look-up costs the same for one and for thousands. */
export interface RouteTable {
  readonly byName: ReadonlyMap<string, Route>
  /** Host, then canonical path, to route. */
  readonly byPath: ReadonlyMap<string, ReadonlyMap<string, Route>>
  /** Host, then folded path, to every route that has it in any case. */
  readonly byFoldedPath: ReadonlyMap<string, ReadonlyMap<string, readonly Route[]>>
}

/** What the place of a request among the routes comes to. */
export type Placed =
  | { readonly ok: true; readonly route: Route; readonly rules: readonly Rule[] }
  | { readonly ok: false; readonly route?: Route; readonly denial: Denial }

/** Indexes the routes of a configuration. */
export function buildRouteTable(routes: readonly Route[]): RouteTable {
  const byPath = new Map<string, Map<string, Route>>()
  const byFoldedPath = new Map<string, Map<string, Route[]>>()
  for (const route of routes) {
    for (const host of route.match.hosts) {
      const paths = byPath.get(host) ?? new Map<string, Route>()
      const folded = byFoldedPath.get(host) ?? new Map<string, Route[]>()
      for (const path of route.match.paths) {
        paths.set(path, route)
        const sameFolded = folded.get(foldPath(path)) ?? []
        if (!sameFolded.includes(route)) folded.set(foldPath(path), [...sameFolded, route])
      }
      byPath.set(host, paths)
      byFoldedPath.set(host, folded)
    }
  }
  return { byName: new Map(routes.map((route) => [route.name, route])), byPath, byFoldedPath }
}

/** Places a request whose route the address names: the locks of the route, then its matching rules. */
export function placeNamed(route: Route, request: ForwardedRequest): Placed {
  if (!pathDecides(route))
    return lockHost(route, request) ?? { ok: true, route, rules: matchingRules(route, request, '') }
  const path = canonicalPath(request.path)
  if (path === undefined) return { ok: false, route, denial: AMBIGUOUS_PATH }
  return place(route, request, path)
}

/** Places a request by forwarded host and path: whole segments, most specific first (plain `/verify`). */
export function placeByPath(table: RouteTable, request: ForwardedRequest): Placed {
  const path = canonicalPath(request.path)
  if (path === undefined) return { ok: false, denial: AMBIGUOUS_PATH }
  const route = longestPrefix(table.byPath.get(request.host), path)
  const inAnyCase = longestPrefix(table.byFoldedPath.get(request.host), foldPath(path)) ?? []
  if (inAnyCase.some((other) => other !== route)) {
    // A backend that ignores case would serve the other route's resource under this route's rules.
    return {
      ok: false,
      denial: { reason: 'route_mismatch', problem: 'ignoring case the path belongs to another route' },
    }
  }
  if (route === undefined) return { ok: false, denial: { reason: 'route_unknown' } }
  return place(route, request, path)
}

const AMBIGUOUS_PATH: Denial = {
  reason: 'forwarded_request_invalid',
  problem: 'X-Forwarded-Uri has a path that some backends read as another one',
}

function pathDecides(route: Route): boolean {
  return route.lockedPaths !== undefined
}

function place(route: Route, request: ForwardedRequest, path: string): Placed {
  if (route.lockedPaths !== undefined && !route.lockedPaths.some((locked) => isWithin(path, locked))) {
    return {
      ok: false,
      route,
      denial: { reason: 'route_mismatch', problem: 'the path is outside the paths of the route' },
    }
  }
  return lockHost(route, request) ?? { ok: true, route, rules: matchingRules(route, request, path) }
}

function lockHost(route: Route, request: ForwardedRequest): Placed | undefined {
  if (route.lockedHosts === undefined || route.lockedHosts.includes(request.host)) return undefined
  return { ok: false, route, denial: { reason: 'route_mismatch', problem: 'the host is not one of the route' } }
}

const NO_RULES: readonly Rule[] = []

/** Rules only add requirements, so they apply as widely as any backend might: in any case, and a rule for GET to HEAD too. */
function matchingRules(route: Route, request: ForwardedRequest, path: string): readonly Rule[] {
  if (route.rules.length === 0) return NO_RULES
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const folded = foldPath(path)
  return route.rules.filter(
    (rule) =>
      (rule.methods === undefined || rule.methods.includes(request.method) || rule.methods.includes(method)) &&
      (rule.paths === undefined || rule.paths.some((rulePath) => isWithin(folded, rulePath))),
  )
}

function longestPrefix<T>(byPath: ReadonlyMap<string, T> | undefined, path: string): T | undefined {
  if (byPath === undefined) return undefined
  for (let prefix = path; prefix !== ''; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
    const found = byPath.get(prefix)
    if (found !== undefined) return found
  }
  return byPath.get('')
}
