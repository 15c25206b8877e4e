import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../src/issuers/clock.ts'

/** A clock that moves only on demand. */
export interface FakeClock extends Clock {
  /** Runs what falls due on the way, in order, and lets each settle before the next. */
  advance(ms: number): Promise<void>
  /** Delays of the waiting timers, from now, shortest first. */
  pending(): readonly number[]
}

export function fakeClock(start = 0): FakeClock {
  let now = start
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  return {
    now: () => now,
    schedule(delay, run) {
      const timer = { at: now + delay, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async advance(ms) {
      const end = now + ms
      await settle()
      for (let due = nextDue(timers, end); due !== undefined; due = nextDue(timers, end)) {
        timers.delete(due)
        now = Math.max(now, due.at)
        due.run()
        await settle()
      }
      now = end
    },
    pending: () => [...timers].map((timer) => timer.at - now).toSorted((left, right) => left - right),
  }
}

/** Lets promises that wait for nothing but each other run to their end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate()
}

function nextDue<T extends { readonly at: number }>(timers: ReadonlySet<T>, end: number): T | undefined {
  return [...timers].filter((timer) => timer.at <= end).toSorted((left, right) => left.at - right.at)[0]
}
