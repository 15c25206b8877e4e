import type { ClaimsEntry } from '../format/schema.ts'
import type { ClaimRule, ClaimSelector } from '../model-requirement.ts'
import type { Path, ProblemSink } from '../problem.ts'

/** A claim by its exact top-level name, or by a JSON Pointer (RFC 6901) when it begins with `/`. */
export function claimSelector(text: string): ClaimSelector {
  if (!text.startsWith('/')) return { text, path: [text] }
  const path = text
    .slice(1)
    .split('/')
    // RFC 6901 §4: first ~1, then ~0, so that ~01 is ~1.
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
  return { text, path }
}

/** The requirements of one `claims:` map; a value or a list of values means `anyOf`. */
export function compileClaimRules(
  claims: ClaimsEntry | undefined,
  path: Path,
  sink: ProblemSink,
): readonly ClaimRule[] {
  return Object.entries(claims ?? {}).map(([name, written]): ClaimRule => {
    const claim = claimSelector(name)
    if (typeof written !== 'object') return { claim, anyOf: [written] }
    if (Array.isArray(written)) return { claim, anyOf: written }
    const { anyOf, allOf, noneOf, exists } = written
    const here = [...path, name]
    if (anyOf === undefined && allOf === undefined && noneOf === undefined && exists === undefined) {
      if (!sink.refused(here)) sink.problem(here, 'requires nothing; add anyOf, allOf, noneOf or exists', 'key')
    } else if (exists === false && (anyOf ?? allOf ?? noneOf) !== undefined) {
      sink.problem([...here, 'exists'], 'false cannot be combined with anyOf, allOf or noneOf; keep one of them')
    }
    return {
      claim,
      ...(anyOf === undefined ? {} : { anyOf }),
      ...(allOf === undefined ? {} : { allOf }),
      ...(noneOf === undefined ? {} : { noneOf }),
      ...(exists === undefined ? {} : { exists }),
    }
  })
}
