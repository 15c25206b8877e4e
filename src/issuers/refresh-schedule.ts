/** Milliseconds for which an answer is fresh: its max-age within a minute and an hour, ten minutes if it has none. */
export function freshFor(maxAge: number | undefined): number {
  return maxAge === undefined ? 10 * MINUTE : Math.min(Math.max(maxAge * 1000, MINUTE), 60 * MINUTE)
}

/** When to refresh an answer fresh for `fresh` milliseconds: up to a tenth earlier, never later, so that replicas spread. */
export function refreshDelay(fresh: number, random: () => number): number {
  return fresh * (1 - random() / 10)
}

/** When to try again after this many failures in a row: from a second doubling to a minute, up to half of it earlier. */
export function retryDelay(failures: number, random: () => number): number {
  return Math.min(1000 * 2 ** Math.min(failures - 1, 10), MINUTE) * (1 - random() / 2)
}

const MINUTE = 60_000
