import { formatSpan } from '../config/time.ts'
import type { Status, StatusFinding } from './status.ts'
import { counted, withCommas } from './words.ts'

/** The one sentence that says how things are, and what was done lately. */
export interface Verdict {
  readonly headline: string
  readonly summary: string
  /** The version, and for how long it has run. */
  readonly process: string
}

/** The same words for the page and for the terminal. */
export function verdictOf(status: Status): Verdict {
  const { findings, routes, issuers, unmatched } = status
  const allowed = total(routes.map((route) => route.allowed + route.wouldDeny))
  const refused = total(routes.map((route) => route.refused)) + unmatched.refused
  const configured = `${counted(routes.length, 'route')}, ${counted(issuers.length, 'issuer')}.`
  return {
    headline: headlineOf(findings),
    summary: `${configured} In the last 15 minutes ${counted(allowed, 'request')} allowed, ${withCommas(refused)} refused.`,
    process: `${status.version}, up for ${formatSpan(status.uptimeSeconds)}`,
  }
}

function headlineOf(findings: readonly StatusFinding[]): string {
  const [only, ...others] = findings
  if (only === undefined) return 'Everything is fine'
  if (others.length === 0) return only.text
  const problems = findings.filter(({ state }) => state === 'problem').length
  const warnings = findings.length - problems
  const parts = [problems === 0 ? '' : counted(problems, 'problem'), warnings === 0 ? '' : counted(warnings, 'warning')]
  return parts.filter((part) => part !== '').join(', ')
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
