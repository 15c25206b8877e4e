import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What a test run came to: the first test that failed and why, or nothing when all are green. */
export interface Failure {
  readonly test: string
  /** The name of what was thrown: AssertionError, mostly. */
  readonly error: string
  readonly message: string
}

/** A copy of the project in a directory of its own, in which sources may be broken. */
export interface Workbench {
  readonly read: (file: string) => Promise<string>
  readonly write: (file: string, text: string) => Promise<void>
  /** Runs test files (patterns) up to the first failure. */
  readonly run: (tests: readonly string[]) => Promise<Failure | undefined>
  readonly close: () => Promise<void>
}

const PROJECT = resolve(import.meta.dirname, '../../..')
const PARTS = ['src', 'bin', 'build', 'test', 'demo', 'deploy', 'docs', 'examples', 'package.json', 'tsconfig.json']
/** A check that is gone may leave a test waiting for what never comes. */
const TIME_LIMIT = 60_000

/** Copies what tests need; packages are shared. */
export async function openWorkbench(): Promise<Workbench> {
  const directory = await mkdtemp(join(tmpdir(), 'forwardgate-mutants-'))
  for (const part of PARTS) await cp(join(PROJECT, part), join(directory, part), { recursive: true })
  await symlink(join(PROJECT, 'node_modules'), join(directory, 'node_modules'))
  return {
    read: (file) => readFile(join(directory, file), 'utf8'),
    write: (file, text) => writeFile(join(directory, file), text),
    run: (tests) => runTests(directory, tests),
    close: () => rm(directory, { recursive: true, force: true }),
  }
}

function runTests(directory: string, tests: readonly string[]): Promise<Failure | undefined> {
  const files = tests.flatMap((pattern) => globSync(pattern, { cwd: directory }).toSorted())
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  const child = spawn(process.execPath, ['test/hostile/mutation/first-failure.ts', ...files], {
    cwd: directory,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIME_LIMIT,
    killSignal: 'SIGKILL',
  })
  let output = ''
  let complaints = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
  return new Promise((settle, fail) => {
    child.on('error', fail)
    child.on('close', (code, signal) => {
      if (signal !== null) return settle({ test: 'the time limit', error: 'Timeout', message: signal })
      if (code === 0) return settle(undefined)
      const line = output.split('\n').findLast((text) => text.startsWith('{"test":'))
      settle(
        line === undefined
          ? { test: 'before any test', error: 'Crash', message: complaints.slice(-2000) }
          : (JSON.parse(line) as Failure),
      )
    })
  })
}
