import type { Config } from '../../config/model.ts'
import { didYouMean } from '../../config/nearest-name.ts'
import { type Position, quote } from '../../config/problem.ts'
import { distinctBy } from '../frame/distinct.ts'
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

/** What a rule finds in one thing that it looks at. */
export type Found = Hit | readonly Hit[] | false | undefined

/** A hit at a node of a manifest, a line, or any other place. */
export function hitAt({ path, position }: Pick<Hit, 'path' | 'position'>, what: string): Hit {
  return { what, path, position }
}

/** What is said of a name that no route has. */
export function unknownRoute(name: string, { routes }: Config): string {
  const names = routes.map((route) => route.name)
  return `the route ${quote(name)} does not exist${didYouMean(name, names)}`
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
    distinctBy(find(subject), ({ what, path, position }) => JSON.stringify([what, path, position])).map(
      (hit): Finding => ({ severity, id, why, fix, ...hit }),
    ),
  )
}
