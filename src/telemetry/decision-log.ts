import type { Caller, DecisionRecord } from './decision-record.ts'

export interface DecisionLog {
  /** `kind` is equal for lines that count as identical; `record` is asked for only when the line is written. */
  readonly write: (caller: Caller, kind: string, record: () => DecisionRecord) => void
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
/** Different lines per second and kind of caller; past it, lines are only counted. */
const MAX_KINDS = 1_000

/**
 * One line per decision, but a client in a loop cannot fill the disk: identical lines are limited per second and the
 * rest counted in the next one. Each kind of caller has a budget of its own, so that what strangers send takes no line
 * from a caller whose token held.
 */
export function createDecisionLog({ line, clock, crowded, onLeftOut }: DecisionLogOptions): DecisionLog {
  const budgets: Readonly<Record<Caller, Budget>> = {
    accepted: createBudget(MAX_LINES_PER_SECOND.accepted, clock()),
    refused: createBudget(MAX_LINES_PER_SECOND.refused, clock()),
    unverified: createBudget(MAX_LINES_PER_SECOND.unverified, clock()),
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

interface Budget {
  /** How many lines were left out before this one; undefined: it is left out, too. */
  readonly spend: (identity: string, now: number, hasRoom: boolean) => number | undefined
}

interface Kind {
  written: number
  suppressed: number
}

type Kinds = Map<string, Kind>

function createBudget(linesPerSecond: number, begin: number): Budget {
  let windowStart = begin
  let kinds: Kinds = new Map()
  /** What the last second left out, until its kind comes again. */
  let leftOut: Kinds = new Map()
  let uncounted = 0

  const turn = (now: number): void => {
    if (now - windowStart < 1000) return
    windowStart = now
    for (const { suppressed } of leftOut.values()) uncounted += suppressed
    leftOut = kinds
    kinds = new Map()
  }

  const kindOf = (identity: string): Kind | undefined => {
    const known = kinds.get(identity)
    if (known !== undefined || kinds.size >= MAX_KINDS) return known
    const kind = { written: 0, suppressed: leftOut.get(identity)?.suppressed ?? 0 }
    leftOut.delete(identity)
    kinds.set(identity, kind)
    return kind
  }

  return {
    spend(identity, now, hasRoom) {
      turn(now)
      const kind = kindOf(identity)
      if (kind === undefined) {
        uncounted += 1
        return undefined
      }
      if (!hasRoom || kind.written >= linesPerSecond) {
        kind.suppressed += 1
        return undefined
      }
      const suppressed = kind.suppressed + uncounted
      kind.written += 1
      kind.suppressed = 0
      uncounted = 0
      return suppressed
    },
  }
}
