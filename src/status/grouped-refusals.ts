import type { Refusal } from './recording/recent-refusals.ts'

/** Refusals that say the same. */
export interface GroupedRefusal {
  /** The newest of them. */
  readonly refusal: Refusal
  /** How many, those that the log left out included. */
  readonly times: number
  /** The time of the oldest. */
  readonly since: string
}

/** Puts together what differs only in time, duration and trace: a client in a loop is one line. `refusals`: newest first. */
export function groupRefusals(refusals: readonly Refusal[]): readonly GroupedRefusal[] {
  const groups = new Map<string, GroupedRefusal>()
  for (const refusal of refusals) {
    const { time, durationMs: _, requestId: __, traceId: ___, suppressed = 0, ...same } = refusal
    const key = JSON.stringify(same)
    const known = groups.get(key) ?? { refusal, times: 0, since: time }
    groups.set(key, { ...known, times: known.times + 1 + suppressed, since: time })
  }
  return [...groups.values()]
}
