import {
  canonicalPath,
  foldPath,
  isPathTooLong,
  isWithin,
  MAX_PATH_CHARACTERS,
  MAX_SEGMENTS,
} from '../../config/canonical-path.ts'
import type { Route } from '../../config/model.ts'
import type { Rule } from '../../config/model-requirement.ts'
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

/** The rules of the route that match the request, or why the request is not one of the route. */
export type Match =
  | { readonly ok: true; readonly rules: readonly Rule[] }
  | { readonly ok: false; readonly denial: Denial }

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

/** The route that the address names. */
export function findNamed(table: RouteTable, name: string): Route | undefined {
  return table.byName.get(name)
}

/** The route of a forwarded host and path, or why there is none: whole segments, most specific first (plain `/verify`). */
export function findByPath(table: RouteTable, request: ForwardedRequest): Route | Denial {
  const path = canonicalPath(request.path)
  if (path === undefined) return refusePath('route', request.path)
  const host = table.byHost.get(request.host)
  if (host === undefined) return NO_ROUTE
  const route = longestPrefix(host.byPath, path, host.deepest)?.found
  return leadsElsewhere(host, foldPath(path), route) ? ANOTHER_ROUTE : (route ?? NO_ROUTE)
}

/** Whether a request is one of its route: inside the hosts and paths that the route is locked to. Finds the matching rules. */
export function matchRoute(route: Route, request: ForwardedRequest): Match {
  const path = pathDecides(route) ? canonicalPath(request.path) : ''
  if (path === undefined) return refuse(refusePath('match', request.path))
  const { lockedPaths, lockedHosts } = route
  if (lockedPaths !== undefined && !lockedPaths.some((locked) => isWithin(path, locked))) return refuse(OUTSIDE_PATHS)
  if (lockedHosts !== undefined && !lockedHosts.includes(request.host)) return refuse(OUTSIDE_HOSTS)
  return { ok: true, rules: matchingRules(route, request, path) }
}

function refuse(denial: Denial): Match {
  return { ok: false, denial }
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

const NO_ROUTE: Denial = { reason: 'route_unknown', step: 'route' }

const ANOTHER_ROUTE: Denial = {
  reason: 'route_mismatch',
  step: 'route',
  problem: 'ignoring case, or behind a front controller (*.php), the path belongs to another route',
}

const OUTSIDE_PATHS: Denial = {
  reason: 'route_mismatch',
  step: 'match',
  problem: 'the path is outside the paths of the route',
}

const OUTSIDE_HOSTS: Denial = { reason: 'route_mismatch', step: 'match', problem: 'the host is not one of the route' }

const AMBIGUOUS_PATH = 'the path is one that some backends read as another one'
const LONG_PATH = `the path has more than ${MAX_PATH_CHARACTERS} characters or ${MAX_SEGMENTS} segments, and it decides here`

function refusePath(step: 'route' | 'match', path: string): Denial {
  const problem = isPathTooLong(path) ? LONG_PATH : AMBIGUOUS_PATH
  return { reason: 'forwarded_request_invalid', step, problem }
}

function pathDecides(route: Route): boolean {
  return route.lockedPaths !== undefined
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
  let prefix = firstSegments(path, deepest)
  let found = byPath.get(prefix)
  while (found === undefined && prefix !== '') {
    prefix = prefix.slice(0, prefix.lastIndexOf('/'))
    found = byPath.get(prefix)
  }
  return found === undefined ? undefined : { prefix, found }
}
