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
