import type { Finding, Severity } from '../frame/findings.ts'

/** What one step of the check-up came to: what was right, and what was found. */
export interface StepReport {
  readonly title: string
  /** What is so, where it is as it should be. */
  readonly good: readonly string[]
  readonly findings: readonly Finding[]
}

/** Collects what one step sees. */
export interface Report {
  readonly good: (what: string) => void
  readonly find: (severity: Severity, id: string, what: string, why: string, fix: string) => void
  readonly report: () => StepReport
}

/** `path`: the URL that the step is about. */
export function openNotebook(title: string, path: string): Report {
  const good: string[] = []
  const findings: Finding[] = []
  return {
    good: (what) => void good.push(what),
    find: (severity, id, what, why, fix) => void findings.push({ severity, id, what, path, why, fix }),
    report: () => ({ title, good, findings }),
  }
}
