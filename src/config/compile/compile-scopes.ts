import { type Path, type ProblemSink, quote } from '../problem.ts'

/** Words of OpenID Connect that clients request, but that say nothing about access: tokens need not carry them (OIDC Core §5.4). */
export const OIDC_WORDS: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access'])

/** The scopes that a token must carry: each once, without the words of OpenID Connect. */
export function requiredScopes(...lists: readonly (readonly string[] | undefined)[]): readonly string[] {
  return requestedScopes(...lists).filter((scope) => !OIDC_WORDS.has(scope))
}

const NOT_REQUIRED = {
  id: 'scopes-not-required',
  why: 'every token of this issuer and audience passes, whether it has the scope or not',
} as const

/** Warns of words of OpenID Connect among required scopes: alone, they require nothing. */
export function warnOfOidcWords(scopes: readonly string[] | undefined, path: Path, sink: ProblemSink): void {
  const words = (scopes ?? []).filter((scope) => OIDC_WORDS.has(scope))
  if (words.length === 0) return
  if (words.length === scopes?.length) {
    const which = words.length === 1 ? `${quote(words[0])} is a word` : `${words.map(quote).join(', ')} are words`
    sink.warning(path, {
      ...NOT_REQUIRED,
      message: `requires nothing: ${which} of OpenID Connect, which is requested and never required; add a scope of your own or a claim, or write requestScopes instead`,
    })
    return
  }
  for (const [index, scope] of (scopes ?? []).entries()) {
    if (!OIDC_WORDS.has(scope)) continue
    sink.warning([...path, index], {
      ...NOT_REQUIRED,
      message: `${quote(scope)} is not required: as a word of OpenID Connect it is only requested; move it to requestScopes, or require a claim`,
    })
  }
}

/** The scopes of several lists in their order, each once. */
export function requestedScopes(...lists: readonly (readonly string[] | undefined)[]): readonly string[] {
  return [...new Set(lists.flatMap((list) => list ?? []))]
}

/** Scopes as clients must request them (Entra: `api://GUID/mcp:read`); a prefix is never added twice. */
export function prefixedScopes(scopes: readonly string[], prefix: string): readonly string[] {
  return scopes.map((scope) => (OIDC_WORDS.has(scope) || scope.startsWith(prefix) ? scope : `${prefix}${scope}`))
}

/** For each broader scope everything it satisfies, also through others; never itself. */
export function impliedScopes(
  written: Readonly<Record<string, readonly string[]>> | undefined,
): ReadonlyMap<string, readonly string[]> {
  const direct = new Map(Object.entries(written ?? {}))
  return new Map(
    Array.from(direct.keys(), (broad) => {
      const reached = new Set<string>([broad])
      // A set grows while it is walked, and cycles end by themselves.
      for (const scope of reached) for (const narrower of direct.get(scope) ?? []) reached.add(narrower)
      reached.delete(broad)
      return [broad, [...reached]]
    }),
  )
}
