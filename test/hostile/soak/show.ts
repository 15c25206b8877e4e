import { printTable } from '../table.ts'
import type { Plan } from './plan.ts'
import { fifths, median, type Soaked } from './soak.ts'

/** Prints what a soak saw. */
export function showSoak(plan: Plan, soaked: Soaked): void {
  const { answers, wrong, rotations, reloads, refused, fetches, p99, samples } = soaked
  const rows = [...answers].map(([kind, counts]) => [
    kind,
    [...counts.values()].reduce((sum, count) => sum + count, 0),
    [...counts].map(([answer, count]) => `${answer} × ${count}`).join(', '),
  ])
  const { early, late } = fifths(samples)
  const from = (field: 'resident' | 'descriptors' | 'handles') => `${median(early, field)} -> ${median(late, field)}`
  printTable(`Soak of ${plan.seconds} s`, ['asked', 'times', 'answers'], rows, [
    `${wrong.length} wrong answers; ${rotations} rotations, ${reloads - 1} reloads, ${refused} refused, an outage of ${plan.outage} s; ${fetches} fetches of keys.`,
    `From the second fifth to the last: RSS ${from('resident')} MiB, descriptors ${from('descriptors')}, active resources ${from('handles')}. p99 ${p99.toFixed(1)} ms.`,
    ...wrong,
  ])
}
