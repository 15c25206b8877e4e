import type { ClaimsEntry, RuleEntry } from '../format/schema.ts'
import type { Authentication, ClaimRule, ClaimSelector, Requirement } from '../model-requirement.ts'
import { quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import { durationSeconds } from '../time.ts'

/**
 * What a rule or an MCP call requires in addition to its route; `scopesPlace`: where its scopes are written. Nothing at all
 * is a mistake; `instead` is the other way to mend it.
 */
export function compileAddition(
  entry: Pick<RuleEntry, 'scopes' | 'claims' | 'acr' | 'maxAuthAge'>,
  instead: string,
  place: Place,
  scopesPlace = place.at('scopes'),
): Requirement {
  const scopes = requiredScopes(entry.scopes)
  const claims = compileClaimRules(entry.claims, place.at('claims'))
  const authentication = compileAuthentication(entry, place)
  const empty = scopes.length === 0 && claims.length === 0 && authentication === undefined
  if (empty && !place.refused()) {
    place.problem(`requires nothing; add scopes, claims, acr or maxAuthAge, or ${instead}`)
  } else {
    warnOfOidcWords(entry.scopes, scopesPlace)
  }
  return { scopes, claims, authentication }
}

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
export function warnOfOidcWords(scopes: readonly string[] | undefined, place: Place): void {
  const words = (scopes ?? []).filter((scope) => OIDC_WORDS.has(scope))
  if (words.length === 0) return
  if (words.length === scopes?.length) {
    const which = words.length === 1 ? `${quote(words[0])} is a word` : `${words.map(quote).join(', ')} are words`
    place.warning({
      ...NOT_REQUIRED,
      message: `requires nothing: ${which} of OpenID Connect, which is requested and never required; add a scope of your own or a claim, or write requestScopes instead`,
    })
    return
  }
  for (const [index, scope] of (scopes ?? []).entries()) {
    if (!OIDC_WORDS.has(scope)) continue
    place.at(index).warning({
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
export function compileClaimRules(claims: ClaimsEntry | undefined, place: Place): readonly ClaimRule[] {
  return Object.entries(claims ?? {}).map(([name, written]): ClaimRule => {
    const claim = claimSelector(name)
    if (typeof written !== 'object') return { claim, anyOf: [written] }
    if (Array.isArray(written)) return { claim, anyOf: written }
    const { anyOf, allOf, noneOf, exists } = written
    const here = place.at(name)
    if (anyOf === undefined && allOf === undefined && noneOf === undefined && exists === undefined) {
      if (!here.refused()) here.problem('requires nothing; add anyOf, allOf, noneOf or exists', 'key')
    } else if (exists === false && (anyOf ?? allOf ?? noneOf) !== undefined) {
      here.at('exists').problem('false cannot be combined with anyOf, allOf or noneOf; keep one of them')
    }
    return { claim, ...written }
  })
}

const MIN_AGE_SECONDS = 10
const MAX_AGE_SECONDS = 365 * 24 * 60 * 60

/** The `acr` and `maxAuthAge` of a map; undefined without either. */
export function compileAuthentication(
  { acr, maxAuthAge }: Pick<RuleEntry, 'acr' | 'maxAuthAge'>,
  place: Place,
): Authentication | undefined {
  if (acr === undefined && maxAuthAge === undefined) return undefined
  const maxAgeSeconds = maxAuthAge === undefined ? undefined : durationSeconds(maxAuthAge)
  if (maxAgeSeconds !== undefined && !isMaxAge(maxAgeSeconds)) {
    place.at('maxAuthAge').problem(`${quote(maxAuthAge)} does not work; write whole seconds, 10s to 365d`)
  }
  return { acr: acr && [...new Set(acr)], maxAgeSeconds }
}

/**
 * What satisfies all of these together: the values that every list of `acr` has, in the order of the first list, and the
 * shortest age. No value at all if the lists have none in common: then no token passes.
 */
export function combineAuthentication(all: readonly (Authentication | undefined)[]): Authentication | undefined {
  const written = all.filter((one) => one !== undefined)
  if (written.length === 0) return undefined
  const [first, ...others] = written.flatMap(({ acr }) => (acr === undefined ? [] : [acr]))
  const ages = written.flatMap(({ maxAgeSeconds }) => maxAgeSeconds ?? [])
  return {
    acr: first?.filter((value) => others.every((list) => list.includes(value))),
    maxAgeSeconds: ages.length === 0 ? undefined : Math.min(...ages),
  }
}

/** RFC 9470 §3: `max_age` is an integer. */
function isMaxAge(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= MIN_AGE_SECONDS && seconds <= MAX_AGE_SECONDS
}
