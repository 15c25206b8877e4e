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
  /** The place, as a reader would write it: a path in the file (`routes.api.scopes[0]`), a URL; empty: the whole input. */
  readonly path: string
  readonly position?: Position | undefined
  /** Why it matters. */
  readonly why?: string
  /** What to do about it. */
  readonly fix?: string
}

/** The severities, worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note', 'ok']

/** A problem of the loader as a finding; its message has the fix in it. */
export function findingOf(problem: Problem, severity: Severity, fallback = 'config'): Finding {
  const { id = fallback, message: what, path, position, why } = problem
  return { severity, id, what, path, position, ...(why === undefined ? {} : { why }) }
}

/** 1 if an error or a warning was found, else 0: notes are not a reason to stop a pipeline. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 {
  return findings.some(({ severity }) => severity === 'error' || severity === 'warning') ? 1 : 0
}

/** Worst first, then in the order in which a reader goes through the files. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const files = new Map<string | undefined, number>()
  for (const { position } of findings) if (!files.has(position?.file)) files.set(position?.file, files.size)
  const rank = ({ position }: Finding) => files.get(position?.file) ?? 0
  return findings.toSorted(
    (one, other) =>
      SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
      rank(one) - rank(other) ||
      (one.position?.line ?? 0) - (other.position?.line ?? 0) ||
      (one.position?.column ?? 0) - (other.position?.column ?? 0),
  )
}

/** The findings for programs, in the same order: `file`, `line` and `column` if there is a position. */
export function findingsJson(findings: readonly Finding[]): readonly Readonly<Record<string, unknown>>[] {
  return inOrder(findings).map(({ position, ...finding }) => ({ ...finding, ...position }))
}
