import { run } from 'node:test'

/*
 * Runs test files in this one process and ends at the first test that fails, with one line of JSON about it. A process for
 * each file, and the rest of a run that is lost already, would be most of the time of a mutation check.
 */

interface Cause {
  readonly name?: string
  readonly code?: string
  readonly message?: string
}

const tests = run({ files: process.argv.slice(2), isolation: 'none', concurrency: false })

tests.on('test:fail', ({ name, details }) => {
  const { error } = details
  // Its own tests have been told before.
  if ((error as { failureType?: string }).failureType === 'subtestsFailed') return
  const cause = (error.cause ?? error) as Cause
  report({ test: name, error: cause.name ?? 'Error', code: cause.code, message: String(cause.message).slice(0, 300) })
})
tests.on('end', () => process.exit(0))
process.on('uncaughtException', (error) =>
  report({ test: 'outside of any test', error: error.name, message: error.message }),
)
tests.resume()

function report(failure: object): never {
  process.stdout.write(`${JSON.stringify(failure)}\n`)
  process.exit(1)
}
