import type { DecisionRecord } from './decision-record.ts'

export interface DecisionLog {
  /** `kind` tells which lines count as identical; `record` is asked for only when the line is written. */
  readonly write: (kind: string, record: () => DecisionRecord) => void
}

export interface DecisionLogOptions {
  readonly line: (record: DecisionRecord & { readonly suppressed?: number }, level: 'info' | 'warn') => void
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number
}

/** Identical lines written per second; the next one says how many were left out. */
const LINES_PER_SECOND = 10
/** Different lines per second; past it, lines are only counted. */
const MOST_KINDS = 1_000

/**
 * One line per decision, but a client in a loop cannot fill the disk: identical lines are limited per second and the
 * rest counted in the next one.
 */
export function createDecisionLog(options: DecisionLogOptions): DecisionLog {
  let windowStart = options.clock()
  let kinds: Kinds = new Map()
  /** What the last second left out, until its kind comes again. */
  let leftOut: Kinds = new Map()
  let uncounted = 0

  const write = (identity: string, build: () => DecisionRecord): void => {
    const now = options.clock()
    if (now - windowStart >= 1000) {
      windowStart = now
      for (const { suppressed } of leftOut.values()) uncounted += suppressed
      leftOut = kinds
      kinds = new Map()
    }
    const kind = kinds.get(identity) ?? begin(identity)
    if (kind === undefined) {
      uncounted += 1
      return
    }
    if (kind.written >= LINES_PER_SECOND) {
      kind.suppressed += 1
      return
    }
    const suppressed = kind.suppressed + uncounted
    kind.written += 1
    kind.suppressed = 0
    uncounted = 0
    const record = build()
    options.line(suppressed === 0 ? record : { ...record, suppressed }, record.outcome === 'error' ? 'warn' : 'info')
  }

  const begin = (identity: string): Kind | undefined => {
    if (kinds.size >= MOST_KINDS) return undefined
    const kind = { written: 0, suppressed: leftOut.get(identity)?.suppressed ?? 0 }
    leftOut.delete(identity)
    kinds.set(identity, kind)
    return kind
  }

  return { write }
}

interface Kind {
  written: number
  suppressed: number
}

type Kinds = Map<string, Kind>
