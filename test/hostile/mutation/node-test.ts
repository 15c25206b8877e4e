import { mock } from 'node:test'

/*
 * `node:test` as far as the suite uses it, for test files that are loaded again and again in one process, which the real one
 * does not allow. Tests run one after the other and end at the first that fails.
 */

type Body = (t: Context) => unknown
type Hook = () => unknown
type Arguments = readonly [name: string, ...(readonly [Body?] | readonly [Options, Body?])]

interface Options {
  readonly skip?: boolean | string
}

/** What a test is given. */
export interface Context {
  readonly name: string
  readonly signal: AbortSignal
  readonly mock: typeof mock
  readonly after: (hook: Hook) => void
  readonly test: (...args: Arguments) => Promise<void>
  readonly diagnostic: () => void
  readonly skip: () => void
}

/** The first test that failed, and why. */
export interface Failure {
  readonly test: string
  /** The name of what was thrown: AssertionError, mostly. */
  readonly error: string
  readonly message: string
  /** Absent where no test file was running. */
  readonly testFile?: string
}

/** What is named where a file could not even be loaded. */
export const BEFORE_ANY_TEST = 'before any test'

/** A test that failed, with its name. */
class Failed extends Error {
  readonly failure: Failure
  constructor(name: string, cause: unknown) {
    super(name)
    const { name: error = 'Error', message = String(cause) } = cause instanceof Error ? cause : {}
    this.failure = { test: name, error, message: message.slice(0, 300) }
  }
}

let waiting: (() => Promise<void>)[] = []
let suites: string[] = []
let endings: Hook[] = []
let onTest = (): void => {}

export { mock, suite as describe, test as it }

export function test(...args: Arguments): Promise<void> {
  const [name, body] = readArguments(args)
  const full = [...suites, name].join(' › ')
  waiting.push(() => runTest(full, body))
  return Promise.resolve()
}

export function suite(...args: Arguments): Promise<void> {
  const [name, body] = readArguments(args)
  suites.push(name)
  body(undefined as never)
  suites = suites.slice(0, -1)
  return Promise.resolve()
}

export function before(hook: Hook): void {
  waiting.push(async () => {
    await hook()
  })
}

/** Runs when the file is over, whatever came of it. */
export function after(hook: Hook): void {
  endings.push(hook)
}

/** Runs what a test file registers while it loads. `onBegin`: the file or the next test in it begins. */
export async function runFile(load: () => Promise<unknown>, onBegin: () => void): Promise<Failure | undefined> {
  onTest = onBegin
  onBegin()
  waiting = []
  suites = []
  endings = []
  try {
    await load()
    for (const run of waiting) await run()
    return undefined
  } catch (error) {
    return error instanceof Failed ? error.failure : new Failed(BEFORE_ANY_TEST, error).failure
  } finally {
    for (const end of endings) await end()
  }
}

async function runTest(name: string, body: Body): Promise<void> {
  const hooks: Hook[] = []
  const controller = new AbortController()
  const context: Context = {
    name,
    signal: controller.signal,
    mock,
    after: (hook) => hooks.push(hook),
    test: (...args) => {
      const [inner, innerBody] = readArguments(args)
      return runTest(`${name} › ${inner}`, innerBody)
    },
    diagnostic: () => {},
    skip: () => {},
  }
  onTest()
  try {
    await body(context)
    for (const hook of hooks) await hook()
  } catch (error) {
    throw error instanceof Failed ? error : new Failed(name, error)
  } finally {
    controller.abort()
    mock.restoreAll()
    mock.timers.reset()
  }
}

function readArguments([name, first, second]: Arguments): readonly [string, Body] {
  const body = typeof first === 'function' ? first : second
  const skipped = typeof first === 'object' && first.skip !== undefined && first.skip !== false
  return [name, skipped || body === undefined ? () => {} : body]
}
