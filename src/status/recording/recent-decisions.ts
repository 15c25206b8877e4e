import type { DecisionLabels } from '../../telemetry/decision-record.ts'
import { MINUTES, MinuteCounts } from './minute-counts.ts'

type Outcome = DecisionLabels['outcome']
type Reason = DecisionLabels['reason']

/** What became of the requests of one route in the last minutes. */
export interface RecentRoute {
  readonly allowed: number
  /** Answered with a denial, or with 503 or 500. */
  readonly refused: number
  /** Let pass by an observed route that would have refused them. */
  readonly wouldDeny: number
  /** Oldest first. */
  readonly perMinute: { readonly allowed: readonly number[]; readonly refused: readonly number[] }
  /** The most frequent first. */
  readonly reasons: readonly { readonly outcome: Outcome; readonly reason: Reason; readonly count: number }[]
  /** Requests in a row that were refused, until now, and since when in seconds since the epoch; 0 if the last one passed. */
  readonly refusedInARow: number
  readonly refusedSince: number
  /** Refusals in the last five minutes of tokens that were made less than a minute before. */
  readonly freshTokensRefused: number
}

/** Counts decisions by route, outcome and reason, minute by minute. */
export interface RecentDecisions {
  readonly add: (route: string, outcome: Outcome, reason: Reason) => void
  readonly addFreshToken: (route: string) => void
  /** Forgets every other route. */
  readonly keep: (routes: ReadonlySet<string>) => void
  /** undefined for a route without a decision since the start. */
  readonly read: (route: string) => RecentRoute | undefined
}

export interface RecentDecisionsDeps {
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number
  /** Seconds since the epoch. */
  readonly now: () => number
}

/** A login loop that has ended is soon forgotten. */
const FRESH_MINUTES = 5

interface Counted {
  readonly byOutcome: Readonly<Record<Outcome, Map<Reason, MinuteCounts>>>
  readonly freshTokens: MinuteCounts
  refusedInARow: number
  refusedSince: number
}

/**
 * Bounded by the configuration: routes and reasons are closed sets. To count an allowed request is two look-ups of known
 * strings and an addition.
 */
export function createRecentDecisions({ clock, now }: RecentDecisionsDeps): RecentDecisions {
  const routes = new Map<string, Counted>()
  const minute = (): number => Math.floor(clock() / 60_000)
  const routeOf = (name: string): Counted => routes.get(name) ?? addTo(routes, name, newRoute())
  return {
    add(name, outcome, reason) {
      const route = routeOf(name)
      const counts = route.byOutcome[outcome]
      const known = counts.get(reason) ?? addTo(counts, reason, new MinuteCounts())
      known.add(minute())
      if (isRefusal(outcome)) {
        if (route.refusedInARow === 0) route.refusedSince = now()
        route.refusedInARow += 1
        // A preflight passes without a token: it says nothing about who gets in.
      } else if (reason !== 'preflight') route.refusedInARow = 0
    },
    addFreshToken: (name) => routeOf(name).freshTokens.add(minute()),
    keep(names) {
      for (const name of routes.keys()) if (!names.has(name)) routes.delete(name)
    },
    read(name) {
      const route = routes.get(name)
      return route === undefined ? undefined : readRoute(route, minute())
    },
  }
}

function newRoute(): Counted {
  return {
    byOutcome: { allow: new Map(), deny: new Map(), error: new Map(), retry: new Map(), would_deny: new Map() },
    freshTokens: new MinuteCounts(),
    refusedInARow: 0,
    refusedSince: 0,
  }
}

function addTo<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value)
  return value
}

function isRefusal(outcome: Outcome): boolean {
  return outcome !== 'allow' && outcome !== 'would_deny'
}

function readRoute({ byOutcome, freshTokens, refusedInARow, refusedSince }: Counted, minute: number): RecentRoute {
  const reasons: RecentRoute['reasons'][number][] = []
  const allowed = new Array<number>(MINUTES).fill(0)
  const refused = new Array<number>(MINUTES).fill(0)
  let wouldDeny = 0
  for (const outcome of Object.keys(byOutcome) as Outcome[]) {
    for (const [reason, counts] of byOutcome[outcome]) {
      const count = counts.total(minute)
      if (count === 0) continue
      reasons.push({ outcome, reason, count })
      if (outcome === 'would_deny') wouldDeny += count
      addEach(isRefusal(outcome) ? refused : allowed, counts.perMinute(minute))
    }
  }
  return {
    allowed: sum(allowed) - wouldDeny,
    refused: sum(refused),
    wouldDeny,
    perMinute: { allowed, refused },
    reasons: reasons.sort((one, other) => other.count - one.count),
    refusedInARow,
    refusedSince: refusedInARow === 0 ? 0 : refusedSince,
    freshTokensRefused: sum(freshTokens.perMinute(minute).slice(-FRESH_MINUTES)),
  }
}

function addEach(totals: number[], counts: readonly number[]): void {
  for (const [at, count] of counts.entries()) totals[at] = (totals[at] ?? 0) + count
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
