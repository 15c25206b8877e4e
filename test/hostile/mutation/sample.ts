import { createHash } from 'node:crypto'
import { SEED } from '../effort.ts'
import type { Suspect } from './crew.ts'

/** So many of them, which ones the seed says; the choice does not change when files move. */
export function sampleOf(suspects: readonly Suspect[], count: number): readonly Suspect[] {
  const rank = ({ mutant: { name } }: Suspect) => createHash('sha256').update(`${SEED} ${name}`).digest('hex')
  return suspects
    .map((suspect) => ({ suspect, at: rank(suspect) }))
    .toSorted((one, other) => (one.at < other.at ? -1 : 1))
    .slice(0, count)
    .map(({ suspect }) => suspect)
}
