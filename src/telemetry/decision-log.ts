import type { DecisionRecord } from './decision-record.ts'

export interface DecisionLog {
  readonly write: (record: DecisionRecord) => void
}

export interface DecisionLogOptions {
  readonly line: (record: DecisionRecord & { readonly suppressed?: number }, level: 'info' | 'warn') => void
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number
}

/** Identical lines written per second; the next one says how many were left out. */
const LINES_PER_SECOND = 10
/** Different lines remembered per second; past it, lines are only counted. */
const MOST_KINDS = 1_000

/**
 * One line per decision, but a client in a loop cannot fill the disk: identical lines are limited per second and the
 * rest counted in the next one.
 */
export function createDecisionLog(options: DecisionLogOptions): DecisionLog {
  let windowStart = options.clock()
  let kinds = new Map<string, { written: number; suppressed: number }>()
  let beyond = 0

  const write = (record: DecisionRecord): void => {
    const now = options.clock()
    if (now - windowStart >= 1000) {
      windowStart = now
      kinds = carryOver(kinds)
    }
    const identity = identityOf(record)
    const kind = kinds.get(identity) ?? (kinds.size < MOST_KINDS ? { written: 0, suppressed: 0 } : undefined)
    if (kind === undefined) {
      beyond += 1
      return
    }
    kinds.set(identity, kind)
    if (kind.written >= LINES_PER_SECOND) {
      kind.suppressed += 1
      return
    }
    const suppressed = kind.suppressed + beyond
    kind.written += 1
    kind.suppressed = 0
    beyond = 0
    options.line(suppressed === 0 ? record : { ...record, suppressed }, record.outcome === 'error' ? 'warn' : 'info')
  }
  return { write }
}

function identityOf({ route, issuer, outcome, reason, method, host, path, sub, client }: DecisionRecord): string {
  return JSON.stringify([route, issuer, outcome, reason, method, host, path, sub, client])
}

type Kinds = Map<string, { written: number; suppressed: number }>

function carryOver(kinds: Kinds): Kinds {
  const next: Kinds = new Map()
  for (const [identity, { suppressed }] of kinds) if (suppressed > 0) next.set(identity, { written: 0, suppressed })
  return next
}
