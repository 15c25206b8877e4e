/** Different lines per second; past it, lines are only counted. */
const MAX_KINDS = 1_000

/** Room for lines that others cause. */
export interface LineBudget {
  /** How many lines were left out before this one; undefined: it is left out, too. */
  readonly spend: (identity: readonly string[], now: number, hasRoom: boolean) => number | undefined
}

/** A kind of line, or what the first parts of several are: to find one, no key is put together for each line. */
interface Kind {
  written: number
  suppressed: number
  readonly below: Map<string, Kind>
}

/** So many identical lines in a second; `begin` and `now` are milliseconds of a clock that only goes forward. */
export function createLineBudget(linesPerSecond: number, begin: number): LineBudget {
  let windowStart = begin
  let kinds = newKind()
  let known = 0
  /** What the last second left out, until its kind comes again. */
  let leftOut = newKind()
  let uncounted = 0

  const turn = (now: number): void => {
    if (now - windowStart < 1000) return
    windowStart = now
    uncounted += suppressedIn(leftOut)
    leftOut = kinds
    kinds = newKind()
    known = 0
  }

  const kindOf = (identity: readonly string[]): Kind | undefined => {
    const found = find(kinds, identity)
    if (found !== undefined && isKind(found)) return found
    if (known >= MAX_KINDS) return undefined
    known += 1
    const kind = identity.reduce(grow, kinds)
    const before = find(leftOut, identity)
    if (before !== undefined) {
      kind.suppressed = before.suppressed
      before.suppressed = 0
    }
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

function newKind(): Kind {
  return { written: 0, suppressed: 0, below: new Map() }
}

function find(kinds: Kind, identity: readonly string[]): Kind | undefined {
  let kind: Kind | undefined = kinds
  for (const part of identity) {
    kind = kind.below.get(part)
    if (kind === undefined) return undefined
  }
  return kind
}

/** Whether it was a line itself: else it is only what longer identities begin with. */
function isKind({ written, suppressed }: Kind): boolean {
  return written > 0 || suppressed > 0
}

function grow(kind: Kind, part: string): Kind {
  const known = kind.below.get(part)
  if (known !== undefined) return known
  const child = newKind()
  // As text of its own: a part of a longer text holds all of that.
  kind.below.set(JSON.parse(JSON.stringify(part)), child)
  return child
}

function suppressedIn({ suppressed, below }: Kind): number {
  let sum = suppressed
  for (const kind of below.values()) sum += suppressedIn(kind)
  return sum
}
