import { printTable } from '../table.ts'
import { candidatesOf, judgeMutants, type Verdict } from './judge.ts'
import { MUTANTS } from './mutants.ts'

/*
 * npm run mutants [-- words]: takes every security check out in turn, or those whose file or name has one of the words, and
 * shows which test notices. Exit 1 when one of them goes unnoticed.
 */

const words = process.argv.slice(2)
const candidates = candidatesOf(MUTANTS).filter(
  ({ file, mutant }) => words.length === 0 || words.some((word) => `${file} ${mutant.without}`.includes(word)),
)
const verdicts = await judgeMutants(candidates, 2, tell)
const killed = verdicts.filter(({ failure }) => failure !== undefined)
printTable(
  'Mutants: one security check taken out, and the test that notices',
  ['file', 'without', 'killed by'],
  verdicts.map(({ candidate, failure }) => [
    candidate.file.replace('src/', ''),
    candidate.mutant.without,
    failure === undefined ? 'SURVIVED' : failure.test,
  ]),
  [`${killed.length} killed of ${verdicts.length} made.`],
)
process.exitCode = killed.length === verdicts.length && verdicts.length > 0 ? 0 : 1

function tell({ candidate, failure }: Verdict): void {
  const { file, mutant } = candidate
  process.stderr.write(`${failure === undefined ? 'SURVIVED' : 'killed  '} ${file} without ${mutant.without}\n`)
}
