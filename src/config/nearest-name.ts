import { quote } from './problem.ts'

/** Names that one is compared with; else thousands of misspelt names would meet thousands of others. */
const MAX_COMPARED = 50

/** `; did you mean "homelab"?`, or nothing when no candidate is near enough to be meant. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates)
  return nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`
}

/** `"homelb" is not in issuers; did you mean "homelab"?` */
export function notIn(section: string, name: string, names: readonly string[]): string {
  return `${quote(name)} is not in ${section}${didYouMean(name, names)}`
}

/** The candidate that a slip of the keyboard, case or punctuation turns into `name`; undefined when there is none. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  // A slip is short: without a bound, a hostile file could buy quadratic time with a long name.
  if (name.length > 100) return undefined
  const bare = strip(name)
  let nearest: string | undefined
  let least = Math.max(1, Math.floor(bare.length / 3)) + 1
  let compared = 0
  for (const candidate of candidates) {
    const other = strip(candidate)
    if (Math.abs(other.length - bare.length) >= least) continue
    if (++compared > MAX_COMPARED) break
    const distance = editDistance(bare, other, least)
    if (distance < least) {
      least = distance
      nearest = candidate
    }
  }
  return nearest
}

function strip(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, '')
}

/** Insertions, deletions, replacements and swaps of neighbours; from `enough` on it is not counted exactly. */
function editDistance(a: string, b: string, enough: number): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      }
      row.push(cost)
    }
    // A swap reaches back two rows.
    if (Math.min(...row) >= enough && Math.min(...previous) >= enough) return enough
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
