import { MINUTES } from './recording/minute-counts.ts'
import type { RecentRoute } from './recording/recent-decisions.ts'
import type { RouteCounts, RouteStatus } from './status.ts'

/** So many refusals in a row, for so long, are not a coincidence on a route that works. */
const MIN_REFUSED_IN_A_ROW = 10
const MIN_REFUSED_SECONDS = 60

/** One client that is refused with a new token may have the wrong one; so many log in again and again. */
const MIN_FRESH_TOKENS = 3

const NONE: RecentRoute = {
  allowed: 0,
  refused: 0,
  wouldDeny: 0,
  perMinute: { allowed: new Array<number>(MINUTES).fill(0), refused: new Array<number>(MINUTES).fill(0) },
  reasons: [],
  refusedInARow: 0,
  refusedSince: 0,
  freshTokensRefused: 0,
}

/** The counts of a route; `recent`: undefined if nothing was counted for it. */
export function countsOf(recent: RecentRoute = NONE): RouteCounts {
  const { refusedSince, ...counts } = recent
  return { ...counts, refusedSince: counts.refusedInARow === 0 ? undefined : timeText(refusedSince) }
}

/** The counts of a route, and what they mean. `now`: seconds since the epoch. */
export function routeStatus(
  { name, mode }: Pick<RouteStatus, 'name' | 'mode'>,
  recent: RecentRoute | undefined,
  now: number,
): RouteStatus {
  return { name, mode, state: stateOf(recent, now), ...countsOf(recent) }
}

function stateOf(recent: RecentRoute | undefined, now: number): RouteStatus['state'] {
  if (recent === undefined || recent.reasons.length === 0) return 'quiet'
  const { refused, refusedInARow, refusedSince, freshTokensRefused } = recent
  const isLong = refusedInARow >= MIN_REFUSED_IN_A_ROW && now - refusedSince >= MIN_REFUSED_SECONDS
  if (isLong && refused > 0) return 'refusing'
  return freshTokensRefused >= MIN_FRESH_TOKENS ? 'login_loop' : 'ok'
}

/** RFC 3339 in UTC, to the second; of seconds since the epoch. */
export function timeText(seconds: number): string {
  return `${new Date(Math.round(seconds) * 1000).toISOString().slice(0, 19)}Z`
}
