/** Different lines per second; past it, lines are only counted. */
const MAX_KINDS = 1_000

/** Room for lines that others cause. */
export interface LineBudget {
  /** How many lines were left out before this one; undefined: it is left out, too. */
  readonly spend: (identity: string, now: number, hasRoom: boolean) => number | undefined
}

interface Kind {
  written: number
  suppressed: number
}

type Kinds = Map<string, Kind>

/** So many identical lines in a second; `begin` and `now` are milliseconds of a clock that only goes forward. */
export function createLineBudget(linesPerSecond: number, begin: number): LineBudget {
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
