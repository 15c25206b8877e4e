import { type Format, type Paint, plain, print } from '../../cli/output.ts'
import type { Terminal } from '../../cli/terminal.ts'
import type { Position, Problem } from '../../config/problem.ts'

/** error: it will not work, or is not safe. warning: it is probably not what is meant. note: good to know. ok: was checked, and is right. */
export type Severity = 'error' | 'warning' | 'note' | 'ok'

/** One thing that a command found. */
export interface Finding {
  readonly severity: Severity
  /** Stable name of what was checked, such as `audience-unchecked`: for programs, and to search for. */
  readonly id: string
  /** What is so, in one sentence. */
  readonly what: string
  /** Where it stands, as a reader would write it: a path in the file (`routes.api.scopes[0]`), a URL; empty: nowhere in particular. */
  readonly path: string
  readonly position?: Position | undefined
  /** Why it matters. */
  readonly why?: string
  /** What to do about it. */
  readonly fix?: string
}

const STYLES = { error: 'bad', warning: 'doubtful', note: 'quiet', ok: 'good' } as const satisfies Record<
  Severity,
  string
>

/** A problem of the loader as a finding; its message has the fix in it. */
export function findingOf(problem: Problem, severity: Severity, fallback = 'config'): Finding {
  const { id = fallback, message: what, path, position, why } = problem
  return { severity, id, what, path, position, ...(why === undefined ? {} : { why }) }
}

/** 1 when anything has to be looked at, else 0: notes are no reason to stop a pipeline. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 {
  return findings.some(({ severity }) => severity === 'error' || severity === 'warning') ? 1 : 0
}

/** The findings, each as `file:line:column: severity: path: what [id]` with why and fix below, and their number. */
export function formatFindings(findings: readonly Finding[], paint: Paint): string {
  const blocks = findings.map((finding) => formatFinding(finding, paint))
  const severalLines = blocks.some((block) => block.indexOf('\n') < block.length - 1)
  return `${blocks.join(severalLines ? '\n' : '')}${blocks.length === 0 ? '' : '\n'}${countFindings(findings)}\n`
}

/** `2 errors, 1 note`, or `no findings`. */
export function countFindings(findings: readonly Finding[]): string {
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  return counts.length === 0 ? 'no findings' : counts.join(', ')
}

/** The same for programs: `file`, `line` and `column` where there is a position. */
export function findingsJson(findings: readonly Finding[]): readonly Readonly<Record<string, unknown>>[] {
  return findings.map(({ position, ...finding }) => ({ ...finding, ...position }))
}

/** Prints findings as the whole result of a command; `--format json` prints them as `{ "findings": […] }`. */
export function printFindings(terminal: Terminal, format: Format, findings: readonly Finding[]): void {
  print(terminal, format, {
    json: { findings: findingsJson(findings) },
    text: (paint) => formatFindings(findings, paint),
  })
}

/** One finding: `file:line:column: severity: path: what [id]`, with why and fix below. */
export function formatFinding({ severity, id, what, path, position, why, fix }: Finding, paint: Paint): string {
  const where = position === undefined ? '' : `${position.file}:${position.line}:${position.column}: `
  const subject = path === '' ? '' : `${path}: `
  const lines = [
    `${paint('strong', plain(where))}${paint(STYLES[severity], `${severity}:`)} ${plain(`${subject}${what}`)} ${paint('quiet', `[${id}]`)}`,
    ...(why === undefined ? [] : [`  why: ${plain(why)}`]),
    ...(fix === undefined ? [] : [`  fix: ${plain(fix)}`]),
  ]
  return `${lines.join('\n')}\n`
}
