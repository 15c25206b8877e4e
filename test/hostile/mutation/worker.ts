import { addressOf, loadInRounds, type Round } from './hooks.ts'
import { type Failure, runFile } from './node-test.ts'

/** What the crew asks of a worker; paths are absolute. */
export interface Order {
  readonly file: string
  readonly source: string
  readonly fresh: readonly string[]
  readonly tests: readonly string[]
}

/** A test begins, or the order is carried out: with the first failure, if there is one. */
export type Report = 'begins' | { readonly failure?: Failure }

let number = 0
let round: Round | undefined
let stray: unknown

loadInRounds(() => round)
// A check that is gone may break what no test waits for.
process.on('unhandledRejection', (error) => {
  stray ??= error
})
process.on('uncaughtException', (error) => {
  stray ??= error
})
process.on('message', (order: Order) => {
  void carryOut(order).then((report) => process.send?.(report))
})

function tellBeginning(): void {
  process.send?.('begins' satisfies Report)
}

async function carryOut({ file, source, fresh, tests }: Order): Promise<Exclude<Report, 'begins'>> {
  number += 1
  const current = { number, file, source, fresh: new Set(fresh) }
  round = current
  stray = undefined
  for (const test of tests) {
    const failure = await runFile(() => import(addressOf(test, current)), tellBeginning)
    if (failure !== undefined) return { failure: { ...failure, testFile: test } }
    if (stray !== undefined) {
      return { failure: { test: 'none of them', error: 'Stray', message: String(stray).slice(0, 300), testFile: test } }
    }
  }
  return {}
}
