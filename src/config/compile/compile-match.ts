import { canonicalPath, foldPath, isWithin } from '../canonical-path.ts'
import type { RouteEntry } from '../format/schema.ts'
import type { Match, Resource, Route } from '../model.ts'
import { type Path, type ProblemSink, quote } from '../problem.ts'

/** What selects a route, and the locks that are written. */
export interface RouteMatch {
  readonly match: Match
  readonly lockedHosts: readonly string[] | undefined
  readonly lockedPaths: readonly string[] | undefined
}

/** Hosts and paths of a route: those of its resources, unless `match` says otherwise; only what is written is a lock. */
export function compileMatch(
  written: RouteEntry['match'],
  resources: readonly Resource[],
  path: Path,
  sink: ProblemSink,
): RouteMatch {
  const hosts = written?.hosts?.map((host) => host.toLowerCase())
  const paths = written?.paths?.flatMap((text, index) => canonicalPathAt(text, [...path, 'paths', index], sink) ?? [])
  if (written !== undefined && hosts === undefined && paths === undefined && !sink.refused(path)) {
    sink.problem(path, 'is empty; add hosts or paths, or remove it', 'key')
  }
  return {
    match: {
      hosts: [...new Set(hosts ?? resources.map(({ hostname }) => hostname))],
      paths: [...new Set(paths ?? resources.map((resource) => canonicalPath(resource.path || '/') ?? ''))],
    },
    lockedHosts: hosts === undefined ? undefined : [...new Set(hosts)],
    lockedPaths: paths === undefined ? undefined : [...new Set(paths)],
  }
}

/** A path as the decision sees it; undefined, and a problem, if no forwarded path could ever equal it. */
export function canonicalPathAt(text: string, path: Path, sink: ProblemSink): string | undefined {
  const canonical = canonicalPath(text)
  if (canonical === undefined) {
    const fix = 'write it without empty or dot segments, ; and encoded separators'
    sink.problem(path, `${quote(text)} can be read in two ways and would never be allowed; ${fix}`)
  }
  return canonical
}

/** A rule outside of its route's paths would never apply, so it is refused. Both paths are canonical. */
export function isInside(path: string, match: Match): boolean {
  return match.paths.some((prefix) => isWithin(foldPath(path), foldPath(prefix)))
}

/**
 * Refuses two routes that plain `/verify` would select by the same host and path. Paths that differ only in case count
 * as equal, because a request for either would be refused as ambiguous.
 */
export function checkOverlaps(routes: readonly Route[], sink: ProblemSink): void {
  const first = new Map<string, Route>()
  for (const route of routes) {
    const path: Path = ['routes', route.name]
    const shown: Path = [...path, (route.lockedHosts ?? route.lockedPaths) ? 'match' : 'resource']
    for (const host of route.match.hosts) {
      for (const prefix of route.match.paths) {
        const key = `${host}${foldPath(prefix)}`
        const other = first.get(key)
        if (other === undefined) {
          first.set(key, route)
        } else if (other !== route && !sink.refused([...path, 'resource'])) {
          const place = quote(`${host}${prefix || '/'}`)
          const message = `${place} selects route ${quote(other.name)} as well; give one of them other match.hosts or match.paths`
          sink.problem(shown, message, 'key')
        }
      }
    }
  }
}
