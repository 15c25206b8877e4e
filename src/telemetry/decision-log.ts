import type { Caller, DecisionRecord } from './decision-record.ts'
import { createLineBudget, type LineBudget } from './line-budget.ts'

export interface DecisionLog {
  /** `kind` is equal for lines that count as identical; `record` is asked for only when the line is written. */
  readonly write: (caller: Caller, kind: readonly string[], record: () => DecisionRecord) => void
}

export interface DecisionLogOptions {
  readonly line: (
    record: DecisionRecord & { readonly suppressed?: number },
    level: 'info' | 'warn',
    caller: Caller,
  ) => void
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number
  /** Whether the rest of the room for lines that wait is kept for callers whose token held. */
  readonly crowded: () => boolean
  /** Called for each line that is left out. */
  readonly onLeftOut: (caller: Caller) => void
}

/** Identical lines written per second; the next one says how many were left out. */
const MAX_LINES_PER_SECOND: Readonly<Record<Caller, number>> = { accepted: 20, refused: 10, unverified: 10 }

/**
 * One line per decision, but a client in a loop cannot fill the disk: identical lines are limited per second and the
 * rest counted in the next one. Each kind of caller has a budget of its own, so that what strangers send takes no line
 * from a caller whose token held.
 */
export function createDecisionLog({ line, clock, crowded, onLeftOut }: DecisionLogOptions): DecisionLog {
  const budgets: Readonly<Record<Caller, LineBudget>> = {
    accepted: createLineBudget(MAX_LINES_PER_SECOND.accepted, clock()),
    refused: createLineBudget(MAX_LINES_PER_SECOND.refused, clock()),
    unverified: createLineBudget(MAX_LINES_PER_SECOND.unverified, clock()),
  }
  return {
    write(caller, kind, build) {
      const suppressed = budgets[caller].spend(kind, clock(), caller === 'accepted' || !crowded())
      if (suppressed === undefined) {
        onLeftOut(caller)
        return
      }
      const record = build()
      line(suppressed === 0 ? record : { ...record, suppressed }, record.outcome === 'error' ? 'warn' : 'info', caller)
    },
  }
}
