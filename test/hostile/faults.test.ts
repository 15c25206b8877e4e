import { after, describe, it } from 'node:test'
import { unavailable } from '../support/missing-part.ts'
import { FAULTS } from './faults/all.ts'
import type { Observed } from './faults/fault.ts'
import { printTable } from './table.ts'

// Side by side: most of them wait.
describe('faults', { concurrency: 6 }, () => {
  const seen = new Map<string, Observed>()
  for (const fault of FAULTS) {
    const skip =
      fault.possible?.() === false ? unavailable(`this machine does not let a test try "${fault.name}"`) : false
    it(fault.name, { skip }, async (t) => {
      seen.set(fault.name, await fault.run(t))
    })
  }
  after(() => {
    const rows = FAULTS.map(({ name }) => {
      const observed = seen.get(name)
      if (observed === undefined) return [name, 'NOT SHOWN', '', '']
      const { clients, metrics, healedMs } = observed
      return [name, clients, metrics, healedMs === undefined ? 'nothing to heal' : `${(healedMs / 1000).toFixed(1)} s`]
    })
    printTable('Faults', ['fault', 'clients saw', 'metrics said', 'healed after'], rows, [
      `${FAULTS.length} faults injected, ${seen.size} survived.`,
    ])
  })
})
