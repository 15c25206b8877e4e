import { METHODS } from 'node:http'
import { foldPath } from '../canonical-path.ts'
import type { RuleEntry } from '../format/schema.ts'
import type { Match } from '../model.ts'
import type { Rule } from '../model-requirement.ts'
import { didYouMean } from '../nearest-name.ts'
import { type Path, type ProblemSink, quote } from '../problem.ts'
import { compileAuthentication } from './compile-authentication.ts'
import { compileClaimRules } from './compile-claim-rules.ts'
import { canonicalPathAt, isInside } from './compile-match.ts'
import { requiredScopes, warnOfOidcWords } from './compile-scopes.ts'

/** CONNECT has no path and TRACE echoes credentials; neither is ever forwarded. */
const RULE_METHODS = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE')

/** What a rule may require, of which it needs one. */
const REQUIREMENTS = ['scopes', 'claims', 'acr', 'maxAuthAge'] as const

/** The `rules:` at a path of the file. `match`: the paths that theirs must lie in. */
export function compileRules(
  entries: readonly RuleEntry[] | undefined,
  path: Path,
  match: Match,
  sink: ProblemSink,
): readonly Rule[] {
  return (entries ?? []).map((entry, index) => compileRule(entry, [...path, index], match, sink))
}

function compileRule(entry: RuleEntry, path: Path, match: Match, sink: ProblemSink): Rule {
  for (const [index, method] of (entry.methods ?? []).entries()) {
    if (RULE_METHODS.includes(method)) continue
    const hint = didYouMean(method, RULE_METHODS) || '; remove it'
    sink.problem([...path, 'methods', index], `${quote(method)} is not a method that can be forwarded${hint}`)
  }
  const paths = entry.paths?.flatMap((text, index) => {
    const here = [...path, 'paths', index]
    const canonical = canonicalPathAt(text, here, sink)
    if (canonical === undefined) return []
    if (!isInside(canonical, match)) {
      const places = match.paths.map((prefix) => quote(prefix || '/')).join(', ')
      sink.problem(
        here,
        `${quote(text)} is outside of this route, which is ${places}; correct it, or add it to match.paths`,
      )
    }
    return [foldPath(canonical)]
  })
  const scopes = requiredScopes(entry.scopes)
  const claims = compileClaimRules(entry.claims, [...path, 'claims'], sink)
  const authentication = compileAuthentication(entry, path, sink)
  const empty = scopes.length === 0 && claims.length === 0 && authentication === undefined
  if (empty && !REQUIREMENTS.some((key) => sink.refused([...path, key]))) {
    sink.problem(path, 'requires nothing; add scopes, claims, acr or maxAuthAge, or remove the rule')
  } else {
    warnOfOidcWords(entry.scopes, [...path, 'scopes'], sink)
  }
  return { methods: entry.methods && withHead(entry.methods), paths, scopes, claims, authentication }
}

/** Servers answer HEAD as they answer GET. */
function withHead(methods: readonly string[]): readonly string[] {
  return methods.includes('GET') ? [...new Set([...methods, 'HEAD'])] : methods
}
