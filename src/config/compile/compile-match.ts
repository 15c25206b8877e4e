import { METHODS } from 'node:http'
import { canonicalPath, foldPath, isWithin } from '../canonical-path.ts'
import type { RouteEntry, RuleEntry } from '../format/schema.ts'
import type { Match, Resource, Route } from '../model.ts'
import type { Rule } from '../model-requirement.ts'
import { didYouMean } from '../nearest-name.ts'
import { quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import { compileAddition } from './compile-requirement.ts'

/** Hosts and paths of a route: those of its resources, unless `match` says otherwise; only what is written is a lock. */
export function compileMatch(
  written: RouteEntry['match'],
  resources: readonly Resource[],
  place: Place,
): Pick<Route, 'match' | 'lockedHosts' | 'lockedPaths'> {
  const hosts = written?.hosts?.map((host) => host.toLowerCase())
  const paths = written?.paths?.flatMap((text, index) => canonicalPathAt(text, place.at('paths', index)) ?? [])
  if (written !== undefined && hosts === undefined && paths === undefined && !place.refused()) {
    place.problem('is empty; add hosts or paths, or remove it', 'key')
  }
  return {
    match: {
      hosts: [...new Set(hosts ?? resources.map(({ hostname }) => hostname))],
      paths: [...new Set(paths ?? resources.map((resource) => canonicalPath(resource.path || '/') ?? ''))],
    },
    lockedHosts: hosts && [...new Set(hosts)],
    lockedPaths: paths && [...new Set(paths)],
  }
}

/** CONNECT has no path and TRACE echoes credentials; neither is ever forwarded. */
const RULE_METHODS = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE')

/** Some `rules:`, whose paths must lie in those of `match`. */
export function compileRules(entries: readonly RuleEntry[] = [], match: Match, place: Place): readonly Rule[] {
  return entries.map((entry, index) => compileRule(entry, match, place.at(index)))
}

function compileRule(entry: RuleEntry, match: Match, place: Place): Rule {
  for (const [index, method] of (entry.methods ?? []).entries()) {
    if (RULE_METHODS.includes(method)) continue
    const hint = didYouMean(method, RULE_METHODS) || '; remove it'
    place.at('methods', index).problem(`${quote(method)} is not a method that can be forwarded${hint}`)
  }
  const paths = entry.paths?.flatMap((text, index) => {
    const here = place.at('paths', index)
    const canonical = canonicalPathAt(text, here)
    if (canonical === undefined) return []
    // A rule outside of its route's paths would never apply.
    if (!match.paths.some((prefix) => isWithin(foldPath(canonical), foldPath(prefix)))) {
      const places = match.paths.map((prefix) => quote(prefix || '/')).join(', ')
      here.problem(`${quote(text)} is outside of this route, which is ${places}; correct it, or add it to match.paths`)
    }
    return [foldPath(canonical)]
  })
  const required = compileAddition(entry, 'remove the rule', place)
  return { methods: entry.methods && withHead(entry.methods), paths, ...required }
}

/** Servers answer HEAD as they answer GET. */
function withHead(methods: readonly string[]): readonly string[] {
  return methods.includes('GET') ? [...new Set([...methods, 'HEAD'])] : methods
}

/** A path as the decision sees it; undefined, and a problem, if no forwarded path could ever equal it. */
function canonicalPathAt(text: string, place: Place): string | undefined {
  const fix = 'write it without empty or dot segments, ; and encoded separators'
  return (
    canonicalPath(text) ?? place.problem(`${quote(text)} can be read in two ways and would never be allowed; ${fix}`)
  )
}

/**
 * Refuses two routes that plain `/verify` would select by the same host and path. Paths that differ only in case count
 * as equal, because a request for either would be refused as ambiguous.
 */
export function checkOverlaps(routes: readonly Route[], place: Place): void {
  const first = new Map<string, Route>()
  for (const route of routes) {
    const here = place.at(route.name)
    const shown = here.at((route.lockedHosts ?? route.lockedPaths) ? 'match' : 'resource')
    for (const host of route.match.hosts) {
      for (const prefix of route.match.paths) {
        const key = `${host}${foldPath(prefix)}`
        const other = first.get(key)
        if (other === undefined) {
          first.set(key, route)
        } else if (other !== route && !here.refused('resource')) {
          const both = quote(`${host}${prefix || '/'}`)
          const message = `${both} selects route ${quote(other.name)} as well; give one of them other match.hosts or match.paths`
          shown.problem(message, 'key')
        }
      }
    }
  }
}
