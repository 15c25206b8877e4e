import { judgeMutants, type Verdict } from './crew.ts'
import { reasonToSurvive } from './equivalent.ts'
import { allSuspects } from './rooms.ts'

/*
 * npm run mutants [-- words]: tries every mutant, or those whose file or name has one of the words, and says which test
 * notices. Exit 1 when one survives that is not listed as equivalent.
 */

const words = process.argv.slice(2)
const suspects = allSuspects().filter(
  ({ mutant }) => words.length === 0 || words.some((word) => `${mutant.file} ${mutant.name}`.includes(word)),
)
const verdicts = await judgeMutants(suspects, report)
const survivors = verdicts.filter(({ failure }) => failure === undefined)
const unexplained = survivors.filter(({ mutant }) => reasonToSurvive(mutant.name) === undefined)
console.log(
  `${verdicts.length} made, ${verdicts.length - survivors.length} killed, ${survivors.length - unexplained.length} equivalent, ${unexplained.length} SURVIVED.`,
)
process.exitCode = unexplained.length === 0 && verdicts.length > 0 ? 0 : 1

function report({ mutant: { file, name }, failure }: Verdict): void {
  const reason = reasonToSurvive(name)
  if (failure !== undefined) console.log(`killed     ${file} ${name} [${failure.test}]`)
  else if (reason !== undefined) console.log(`equivalent ${file} ${name} [${reason}]`)
  else console.log(`SURVIVED   ${file} ${name}`)
}
