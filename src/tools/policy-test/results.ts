import { type Paint, plain } from '../../cli/output.ts'
import type { Difference, PolicyTestResult } from './run.ts'

/** The results for people: a line for each test, a difference and its cause below a failed one, and the numbers. */
export function formatResults(results: readonly PolicyTestResult[], paint: Paint): string {
  const failed = results.filter(hasFailed).length
  const passed = `${results.length - failed} passed`
  const sum = failed === 0 ? paint('good', passed) : `${passed}, ${paint('bad', `${failed} failed`)}`
  return `${[...results.map((result) => formatResult(result, paint)), '', sum].join('\n')}\n`
}

/** The same for programs. */
export function resultsJson(results: readonly PolicyTestResult[]): object {
  return {
    passed: results.filter((result) => !hasFailed(result)).length,
    failed: results.filter(hasFailed).length,
    tests: results.map((result) => ({
      name: result.test.name,
      ...result.test.position,
      passed: !hasFailed(result),
      outcome: result.explanation.outcome,
      reason: result.explanation.reason,
      differences: result.differences,
      failedStep: failedStep(result) ?? null,
    })),
  }
}

/** Whether anything came out otherwise than expected. */
export function hasFailed({ differences }: PolicyTestResult): boolean {
  return differences.length > 0
}

function formatResult(result: PolicyTestResult, paint: Paint): string {
  const { test, differences } = result
  if (differences.length === 0) return `${paint('good', 'pass')}  ${plain(test.name)}`
  const { file, line, column } = test.position
  return [
    `${paint('bad', 'FAIL')}  ${plain(test.name)} ${paint('quiet', `(${file}:${line}:${column})`)}`,
    ...differences.flatMap((difference) => formatDifference(difference, paint)),
    ...cause(result),
  ].join('\n')
}

function formatDifference({ what, expected, actual }: Difference, paint: Paint): readonly string[] {
  return [
    paint('bad', `      - ${what}: ${shownValue(expected)}`),
    `${paint('good', `      + ${what}: ${shownValue(actual)}`)}`,
  ]
}

/** Where the decision ended, in the words of `explain`. */
function cause(result: PolicyTestResult): readonly string[] {
  const failed = failedStep(result)
  if (failed === undefined) return []
  const { step, detail, expected, actual } = failed
  return [
    `      ${step}: ${plain(detail)}`,
    ...(expected === undefined ? [] : [`        expected: ${plain(expected)}`]),
    ...(actual === undefined ? [] : [`        actual:   ${plain(actual)}`]),
  ]
}

function failedStep({ explanation }: PolicyTestResult) {
  return explanation.steps.find(({ result }) => result === 'fail')
}

function shownValue(value: string | number | null): string {
  return value === null ? '(not there)' : plain(String(value))
}
