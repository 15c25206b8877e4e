import { METHODS } from 'node:http'
import { foldPath } from '../canonical-path.ts'
import type { RuleEntry } from '../format/schema.ts'
import type { Match } from '../model.ts'
import type { Rule } from '../model-requirement.ts'
import { didYouMean } from '../nearest-name.ts'
import { type Path, type ProblemSink, quote } from '../problem.ts'
import { compileAddition } from './compile-addition.ts'
import { canonicalPathAt, isInside } from './compile-match.ts'

/** CONNECT has no path and TRACE echoes credentials; neither is ever forwarded. */
const RULE_METHODS = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE')

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
  const required = compileAddition({ entry, path, scopesPath: [...path, 'scopes'] }, 'remove the rule', sink)
  return { methods: entry.methods && withHead(entry.methods), paths, ...required }
}

/** Servers answer HEAD as they answer GET. */
function withHead(methods: readonly string[]): readonly string[] {
  return methods.includes('GET') ? [...new Set([...methods, 'HEAD'])] : methods
}
