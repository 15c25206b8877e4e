/** `HOSTILE=full`: as much as a release is worth, in place of what a commit is. */
export const FULL = process.env['HOSTILE'] === 'full'

/** Random runs repeat with the same seed; `HOSTILE_SEED` chooses another. */
export const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_260_101)

/** How many random cases: the few of every commit, those of a full run, or `HOSTILE_RUNS`. */
export function runs(few: number, many: number): number {
  return Number(process.env['HOSTILE_RUNS'] ?? (FULL ? many : few))
}
