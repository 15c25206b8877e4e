import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { FULL, runs, SEED } from './effort.ts'
import { candidatesOf, judgeMutants } from './mutation/judge.ts'
import { mutate } from './mutation/mutant.ts'
import { MUTANTS } from './mutation/mutants.ts'
import { printTable } from './table.ts'

const ALL = candidatesOf(MUTANTS)
/** Every nth, beginning where the day says: over some weeks all of them, also where nobody runs the whole. */
const SHARE = runs(16, ALL.length)

test('every mutant takes out something that is there, and is called by a name of its own', async () => {
  assert.ok(ALL.length >= 40)
  for (const { file, mutant } of ALL) assert.notEqual(mutate(await readFile(file, 'utf8'), file, mutant), '')
  assert.equal(new Set(ALL.map(({ file, mutant }) => `${file} ${mutant.without}`)).size, ALL.length)
})

test('a security check that is taken out turns a test red', async () => {
  const step = Math.max(1, Math.floor(ALL.length / SHARE))
  const first = FULL ? 0 : Math.floor(Date.now() / 86_400_000 + SEED) % step
  const chosen = ALL.filter((_, at) => at % step === first).slice(0, SHARE)
  const verdicts = await judgeMutants(chosen, 2)
  const killed = verdicts.filter(({ failure }) => failure !== undefined)
  printTable(
    'Mutation check: one security check taken out, and the test that notices',
    ['file', 'without', 'killed by'],
    verdicts.map(({ candidate: { file, mutant }, failure }) => [file, mutant.without, failure?.test ?? 'SURVIVED']),
    [`${killed.length} killed of ${verdicts.length} tried; ${ALL.length} are made by npm run mutants.`],
  )
  assert.equal(killed.length, verdicts.length)
  assert.ok(verdicts.length > 0)
})
