import type { RuleEntry } from '../format/schema.ts'
import type { Requirement } from '../model-requirement.ts'
import type { Path, ProblemSink } from '../problem.ts'
import { compileAuthentication } from './compile-authentication.ts'
import { compileClaimRules } from './compile-claim-rules.ts'
import { requiredScopes, warnOfOidcWords } from './compile-scopes.ts'

/** What is written of a requirement, and where. */
interface Written {
  readonly entry: Pick<RuleEntry, 'scopes' | 'claims' | 'acr' | 'maxAuthAge'>
  readonly path: Path
  /** Where the scopes are written. */
  readonly scopesPath: Path
}

/** What a rule or an MCP call requires in addition to its route. Nothing at all is a mistake; `instead` is the other way to mend it. */
export function compileAddition({ entry, path, scopesPath }: Written, instead: string, sink: ProblemSink): Requirement {
  const scopes = requiredScopes(entry.scopes)
  const claims = compileClaimRules(entry.claims, [...path, 'claims'], sink)
  const authentication = compileAuthentication(entry, path, sink)
  const empty = scopes.length === 0 && claims.length === 0 && authentication === undefined
  if (empty && !sink.refused(path)) {
    sink.problem(path, `requires nothing; add scopes, claims, acr or maxAuthAge, or ${instead}`)
  } else {
    warnOfOidcWords(entry.scopes, scopesPath, sink)
  }
  return { scopes, claims, authentication }
}
