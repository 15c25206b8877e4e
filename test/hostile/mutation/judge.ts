import { stripTypeScriptTypes } from 'node:module'
import { type Mutant, type MutantFamily, mutate } from './mutant.ts'
import { type Failure, openWorkbench, type Workbench } from './workbench.ts'

/** One mutant with where it lives. */
export interface Candidate {
  readonly file: string
  readonly tests: readonly string[]
  readonly mutant: Mutant
}

/** What the tests said about it; no failure means that it survived. */
export interface Verdict {
  readonly candidate: Candidate
  readonly failure: Failure | undefined
}

/** Every mutant of these families. */
export function candidatesOf(families: readonly MutantFamily[]): readonly Candidate[] {
  return families.flatMap(({ file, tests, mutants }) => mutants.map((mutant) => ({ file, tests, mutant })))
}

/**
 * Tries each mutant on a copy of the project, `parallel` at a time. Throws when the tests are red without any mutant, when
 * a mutant's text is not there, or when it is no program: each would make survivors look killed.
 */
export async function judgeMutants(
  candidates: readonly Candidate[],
  parallel: number,
  onVerdict: (verdict: Verdict) => void = () => {},
): Promise<readonly Verdict[]> {
  const waiting = [...candidates.entries()]
  const verdicts: Verdict[] = []
  const green = new Set<string>()
  const work = async (): Promise<void> => {
    const bench = await openWorkbench()
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [at, candidate] = next
        await checkGreen(bench, candidate.tests, green)
        const verdict = { candidate, failure: await judge(bench, candidate) }
        verdicts[at] = verdict
        onVerdict(verdict)
      }
    } finally {
      waiting.length = 0
      await bench.close()
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
  return verdicts
}

async function checkGreen(bench: Workbench, tests: readonly string[], green: Set<string>): Promise<void> {
  const key = tests.join(' ')
  if (green.has(key)) return
  const failure = await bench.run(tests)
  if (failure !== undefined) throw new Error(`red without any mutant: ${failure.test}: ${failure.message}`)
  green.add(key)
}

async function judge(bench: Workbench, { file, tests, mutant }: Candidate): Promise<Failure | undefined> {
  const source = await bench.read(file)
  const mutated = mutate(source, file, mutant)
  stripTypeScriptTypes(mutated)
  await bench.write(file, mutated)
  try {
    const failure = await bench.run(tests)
    if (failure !== undefined && ['ReferenceError', 'SyntaxError', 'Crash'].includes(failure.error)) {
      throw new Error(`${file}: "without ${mutant.without}" is no program: ${failure.message}`)
    }
    return failure
  } finally {
    await bench.write(file, source)
  }
}
