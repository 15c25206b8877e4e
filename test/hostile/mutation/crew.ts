import { type ChildProcess, fork } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { readImportGraph } from './import-graph.ts'
import type { Mutant } from './mutants.ts'
import { BEFORE_ANY_TEST, type Failure } from './node-test.ts'
import type { Order, Report } from './worker.ts'

/** A mutant with the test that noticed it; without one it survived. */
export interface Verdict {
  readonly mutant: Mutant
  readonly failure: Failure | undefined
}

/** A mutant, and the patterns of the tests that are to notice it. */
export interface Suspect {
  readonly mutant: Mutant
  readonly tests: readonly string[]
}

const PROJECT = resolve(import.meta.dirname, '../../..')
/** For one test, on a busy machine. A check that is gone may leave a test waiting for what never comes. */
const TIME_LIMIT_MS = 60_000
/** Modules are never unloaded: each round leaves some megabytes behind. */
const ROUNDS_PER_WORKER = 100

/**
 * Tries each mutant in process, on the tests of its patterns that reach its file: those nearest to it first, up to the first
 * failure. Throws when that test is red without any mutant, as each mutant would seem killed then. Begins no other mutant once
 * `goOn` says no; these have no verdict.
 */
export async function judgeMutants(
  suspects: readonly Suspect[],
  onVerdict: (verdict: Verdict) => void = () => {},
  goOn: () => boolean = () => true,
): Promise<readonly Verdict[]> {
  const orderOf = planner()
  const green = new Set<string>()
  const waiting = [...suspects.entries()]
  const verdicts: Verdict[] = []
  await inParallel(async (worker) => {
    while (goOn()) {
      const next = waiting.shift()
      if (next === undefined) return
      const [at, suspect] = next
      const failure = await worker.run(orderOf(suspect))
      if (failure !== undefined) await checkFailure(worker, suspect.mutant, failure, green)
      verdicts[at] = { mutant: suspect.mutant, failure }
      onVerdict(verdicts[at])
    }
  })
  return verdicts.filter((verdict) => verdict !== undefined)
}

/** A failure says something only of a program, and only where the test is green without the mutant. */
async function checkFailure(
  worker: Worker,
  { file, name }: Mutant,
  failure: Failure,
  green: Set<string>,
): Promise<void> {
  if (failure.test === BEFORE_ANY_TEST && ['ReferenceError', 'SyntaxError'].includes(failure.error)) {
    throw new Error(`${file}: "${name}" is not a program: ${failure.message}`)
  }
  const { testFile } = failure
  if (testFile === undefined || green.has(testFile)) return
  // In a new process: a mutant may leave behind what the next test stumbles over.
  worker.stop()
  const clean = await worker.run({ file: '', source: '', fresh: [testFile], tests: [testFile] })
  if (clean !== undefined) throw new Error(`${testFile} is red without any mutant: ${clean.test}: ${clean.message}`)
  green.add(testFile)
}

function planner(): (suspect: Suspect) => Order {
  const files = globSync('{src,test,demo,lab,deploy,bench}/**/*.ts', { cwd: PROJECT })
  const graph = readImportGraph(PROJECT, files)
  const absolute = (path: string) => join(PROJECT, path)
  return ({ mutant: { file, source }, tests }) => {
    // Those that import it come before those that import its importers.
    const fresh = graph.importersOf(file)
    const noticing = new Set(globSync([...tests], { cwd: PROJECT }))
    const nearest = [...fresh].filter((path) => noticing.has(path))
    return { file: absolute(file), source, fresh: [...fresh].map(absolute), tests: nearest.map(absolute) }
  }
}

interface Worker {
  readonly run: (order: Order) => Promise<Failure | undefined>
  readonly stop: () => void
}

async function inParallel(work: (worker: Worker) => Promise<void>): Promise<void> {
  const workers = Array.from({ length: Math.min(2, availableParallelism()) }, startWorker)
  try {
    await Promise.all(workers.map(work))
  } finally {
    for (const worker of workers) worker.stop()
  }
}

function startWorker(): Worker {
  let child: ChildProcess | undefined
  let rounds = 0
  const stop = () => {
    child?.kill('SIGKILL')
    child = undefined
    rounds = 0
  }
  return {
    stop,
    run: async (order) => {
      if (rounds >= ROUNDS_PER_WORKER) stop()
      rounds += 1
      child ??= fork(join(import.meta.dirname, 'worker.ts'), {
        cwd: PROJECT,
        env: plainEnvironment(),
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      const failure = await answerOf(child, order)
      if (failure?.error === 'Timeout' || failure?.error === 'Exit') stop()
      return failure
    },
  }
}

function answerOf(child: ChildProcess, order: Order): Promise<Failure | undefined> {
  return new Promise((settle) => {
    const finish = (failure: Failure | undefined) => {
      clearTimeout(timer)
      child.removeAllListeners()
      settle(failure)
    }
    const timer = setTimeout(
      () => finish({ test: 'the time limit', error: 'Timeout', message: `${TIME_LIMIT_MS} ms` }),
      TIME_LIMIT_MS,
    )
    child.on('message', (report: Report) => {
      if (report === 'begins') timer.refresh()
      else finish(report.failure)
    })
    child.once('exit', (code) => finish({ test: 'the process', error: 'Exit', message: `it ended with ${code}` }))
    child.send(order)
  })
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  return environment
}
