/** Time as key sets see it. `now` never goes back, so ages and schedules survive a wall clock that jumps. */
export interface Clock {
  /** Milliseconds from some fixed point in the past. */
  now(): number
  /** Runs `run` after `delay` milliseconds, at most 24 days; the returned function calls it off. */
  schedule(delay: number, run: () => void): () => void
}

/** The monotonic clock and the timers of this process. A waiting timer does not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delay, run) {
    const timer = setTimeout(run, delay)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Whether `work` settled within `limit` milliseconds. `work` goes on either way. */
export async function settledWithin(clock: Clock, limit: number, work: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const cancel = clock.schedule(limit, () => late.resolve(false))
  try {
    return await Promise.race([work.then(() => true), late.promise])
  } finally {
    cancel()
  }
}

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
