import type { Position } from '../../config/problem.ts'
import type { Finding, Severity } from '../frame/findings.ts'

/** One place where a rule is broken. */
export interface Hit {
  /** What is so, in one sentence. */
  readonly what: string
  readonly path: string
  readonly position: Position | undefined
  /** If that of the rule is not the right one here. */
  readonly severity?: Severity
  readonly fix?: string
}

/** One thing that is looked for, with everything a reader needs to know about it. */
export interface CheckRule<Subject> {
  /** Stable name. */
  readonly id: string
  readonly severity: Severity
  readonly why: string
  readonly fix: string
  readonly find: (subject: Subject) => readonly Hit[]
}

/** Everything that the rules find, rule by rule; what several ways lead to is reported once. */
export function applyRules<Subject>(rules: readonly CheckRule<Subject>[], subject: Subject): readonly Finding[] {
  return rules.flatMap(({ id, severity, why, fix, find }) =>
    distinct(find(subject)).map((hit): Finding => ({ severity, id, why, fix, ...hit })),
  )
}

function distinct(hits: readonly Hit[]): readonly Hit[] {
  const key = ({ what, path, position }: Hit) => JSON.stringify([what, path, position])
  return [...new Map(hits.map((hit) => [key(hit), hit])).values()]
}
