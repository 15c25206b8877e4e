import {
  canonicalPath,
  foldPath,
  isPathTooLong,
  isWithin,
  LONGEST_PATH,
  MOST_SEGMENTS,
} from '../../config/canonical-path.ts'
import type { Route, Rule } from '../../config/model.ts'
import type { Denial } from '../denial.ts'
import type { ForwardedRequest } from './forwarded-request.ts'
import { readingsOf } from './front-controllers.ts'

/** The routes, indexed so that a look-up costs the same for one and for thousands. */
export interface RouteTable {
  readonly byName: ReadonlyMap<string, Route>
  readonly byHost: ReadonlyMap<string, HostRoutes>
}

/** The routes of one host. */
interface HostRoutes {
  /** By canonical path. */
  readonly byPath: Map<string, Route>
  /** By folded path, every route that has it in any case. */
  readonly byFoldedPath: Map<string, readonly Route[]>
  /** Segments of the longest of these paths: what a request has beyond them is not looked at. */
  deepest: number
}

/** What the place of a request among the routes comes to. */
export type Placed =
  | { readonly ok: true; readonly route: Route; readonly rules: readonly Rule[] }
  | { readonly ok: false; readonly route?: Route; readonly denial: Denial }

/** Indexes the routes of a configuration. */
export function buildRouteTable(routes: readonly Route[]): RouteTable {
  const byHost = new Map<string, HostRoutes>()
  for (const route of routes) {
    for (const host of route.match.hosts) {
      const known = byHost.get(host) ?? { byPath: new Map(), byFoldedPath: new Map(), deepest: 0 }
      for (const path of route.match.paths) addPath(known, path, route)
      byHost.set(host, known)
    }
  }
  return { byName: new Map(routes.map((route) => [route.name, route])), byHost }
}

function addPath(known: HostRoutes, path: string, route: Route): void {
  known.byPath.set(path, route)
  const folded = foldPath(path)
  const same = known.byFoldedPath.get(folded) ?? []
  if (!same.includes(route)) known.byFoldedPath.set(folded, [...same, route])
  known.deepest = Math.max(known.deepest, depthOf(path))
}

/** Places a request whose route the address names: the locks of the route, then its matching rules. */
export function placeNamed(route: Route, request: ForwardedRequest): Placed {
  if (!pathDecides(route))
    return lockHost(route, request) ?? { ok: true, route, rules: matchingRules(route, request, '') }
  const path = canonicalPath(request.path)
  if (path === undefined) return { ok: false, route, denial: refusePath(request.path) }
  return place(route, request, path)
}

/** Places a request by forwarded host and path: whole segments, most specific first (plain `/verify`). */
export function placeByPath(table: RouteTable, request: ForwardedRequest): Placed {
  const path = canonicalPath(request.path)
  if (path === undefined) return { ok: false, denial: refusePath(request.path) }
  const host = table.byHost.get(request.host)
  if (host === undefined) return { ok: false, denial: { reason: 'route_unknown' } }
  const route = longestPrefix(host.byPath, path, host.deepest)?.found
  if (leadsElsewhere(host, foldPath(path), route)) return { ok: false, denial: ANOTHER_ROUTE }
  if (route === undefined) return { ok: false, denial: { reason: 'route_unknown' } }
  return place(route, request, path)
}

/**
 * Whether some backend would serve the path as one of another route, which is protected in another way. A script that the
 * route's own path names is not a front controller to anything else.
 */
function leadsElsewhere(host: HostRoutes, folded: string, route: Route | undefined): boolean {
  const prefix = longestPrefix(host.byFoldedPath, folded, host.deepest)?.prefix ?? ''
  return readingsOf(folded.slice(prefix.length), () => host.deepest).some((reading) =>
    longestPrefix(host.byFoldedPath, prefix + reading, host.deepest)?.found.some((other) => other !== route),
  )
}

const ANOTHER_ROUTE: Denial = {
  reason: 'route_mismatch',
  problem: 'ignoring case, or behind a front controller (*.php), the path belongs to another route',
}

const AMBIGUOUS_PATH: Denial = {
  reason: 'forwarded_request_invalid',
  problem: 'X-Forwarded-Uri has a path that some backends read as another one',
}

const LONG_PATH: Denial = {
  reason: 'forwarded_request_invalid',
  problem: `X-Forwarded-Uri has a path of more than ${LONGEST_PATH} characters or ${MOST_SEGMENTS} segments, and the path decides here`,
}

function refusePath(path: string): Denial {
  return isPathTooLong(path) ? LONG_PATH : AMBIGUOUS_PATH
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

/**
 * Rules only add requirements, so they apply as widely as any backend might: in any case, through front controllers, and
 * a rule for GET to HEAD too.
 */
function matchingRules(route: Route, request: ForwardedRequest, path: string): readonly Rule[] {
  if (route.rules.length === 0) return NO_RULES
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const readings = readingsOf(foldPath(path), () => deepestRule(route))
  return route.rules.filter(
    (rule) =>
      (rule.methods === undefined || rule.methods.includes(request.method) || rule.methods.includes(method)) &&
      (rule.paths === undefined ||
        rule.paths.some((rulePath) => readings.some((reading) => isWithin(reading, rulePath)))),
  )
}

function deepestRule({ rules }: Route): number {
  return Math.max(0, ...rules.flatMap(({ paths = [] }) => paths.map(depthOf)))
}

function depthOf(path: string): number {
  return path.split('/').length - 1
}

/** A look-up reads its whole key: one for each segment of a long path would take time that grows with the square. */
function firstSegments(path: string, count: number): string {
  let end = 0
  for (let at = 0; at < count && end !== -1; at++) end = path.indexOf('/', end + 1)
  return end === -1 ? path : path.slice(0, end)
}

interface Prefix<T> {
  readonly prefix: string
  readonly found: T
}

function longestPrefix<T>(byPath: ReadonlyMap<string, T>, path: string, deepest: number): Prefix<T> | undefined {
  for (let prefix = firstSegments(path, deepest); ; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
    const found = byPath.get(prefix)
    if (found !== undefined) return { prefix, found }
    if (prefix === '') return undefined
  }
}
