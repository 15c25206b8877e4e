import { type Page, plain } from '../../cli/output.ts'
import { wrap } from '../../cli/wrap.ts'
import { type Finding, findingsJson } from '../frame/findings.ts'
import { formatFinding } from '../frame/findings-text.ts'
import type { Difference, PolicyTestResult } from './run.ts'

/** The results for people: a line for each test, a difference and its cause below a failed one, notes, and the numbers. */
export function formatResults(results: readonly PolicyTestResult[], notes: readonly Finding[], page: Page): string {
  const { paint } = page
  const failed = results.filter(hasFailed).length
  const passed = `${results.length - failed} passed`
  const sum = failed === 0 ? paint('good', passed) : `${passed}, ${paint('bad', `${failed} failed`)}`
  const shown = notes.flatMap((note) => ['', formatFinding(note, page).trimEnd()])
  return `${[...results.map((result) => formatResult(result, page)), ...shown, '', sum].join('\n')}\n`
}

/** The same for programs. */
export function resultsJson(results: readonly PolicyTestResult[], notes: readonly Finding[]): object {
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
    ...(notes.length === 0 ? {} : { findings: findingsJson(notes) }),
  }
}

/** Whether anything came out otherwise than expected. */
export function hasFailed({ differences }: PolicyTestResult): boolean {
  return differences.length > 0
}

function formatResult(result: PolicyTestResult, page: Page): string {
  const { test, differences } = result
  const { paint, width } = page
  if (differences.length === 0) return wrap(`${paint('good', 'pass')}  ${plain(test.name)}`, width, 6)
  const { file, line, column } = test.position
  return [
    wrap(`${paint('bad', 'FAIL')}  ${plain(test.name)} ${paint('quiet', `(${file}:${line}:${column})`)}`, width, 6),
    ...differences.flatMap((difference) => formatDifference(difference, page)),
    ...cause(result, width),
  ].join('\n')
}

function formatDifference({ what, expected, actual }: Difference, { paint, width }: Page): readonly string[] {
  return [
    wrap(paint('bad', `      - ${what}: ${shownValue(expected)}`), width, 8),
    wrap(paint('good', `      + ${what}: ${shownValue(actual)}`), width, 8),
  ]
}

/** Where the decision ended, in the words of `explain`. */
function cause(result: PolicyTestResult, width: number): readonly string[] {
  const failed = failedStep(result)
  if (failed === undefined) return []
  const { step, detail, expected, actual } = failed
  return [
    wrap(`      ${step}: ${plain(detail)}`, width, 8),
    ...(expected === undefined ? [] : [wrap(`        expected: ${plain(expected)}`, width, 18)]),
    ...(actual === undefined ? [] : [wrap(`        actual:   ${plain(actual)}`, width, 18)]),
  ]
}

function failedStep({ explanation }: PolicyTestResult) {
  return explanation.steps.find(({ result }) => result === 'fail')
}

function shownValue(value: string | number | null): string {
  return value === null ? '(not there)' : plain(String(value))
}
