import type { Accept, ClaimSelector, Requirement, Revocations, Route } from '../config/model.ts'
import type { Denial } from './denial.ts'
import type { VerifiedToken } from './token/access-token.ts'
import { type Claims, claimHolds, own, readClaim } from './token/claims.ts'

/** What one route makes of one verified token, whatever the time and the request: computed once, judged by for each request. */
export interface Admission {
  /** Why none of the route's ways in takes the token; undefined when one does. */
  readonly denial: Denial | undefined
  /** The token's scopes and those that they imply on this route. */
  readonly scopes: ReadonlySet<string>
}

/**
 * Tries the route's ways in that name the token's issuer, in order. When none holds, the denial of the one that got
 * furthest. An entry binds its issuer to its own requirements: none is ever met by another entry's.
 */
export function admit(token: VerifiedToken, route: Route, revocations: Revocations): Admission {
  const scopes = withImplied(token.scopes, route)
  const revoked = checkRevocation(token, revocations)
  let furthest: Refusal | undefined
  for (const entry of route.accept) {
    if (entry.issuer !== token.issuer) continue
    const refusal = refuseBy(entry, token, scopes, revoked)
    if (refusal === undefined) return { denial: undefined, scopes }
    if (furthest === undefined || refusal.step > furthest.step) furthest = refusal
  }
  // The token was verified against the issuers of this very list, so one entry at least was tried.
  return { denial: furthest?.denial ?? { reason: 'internal_error' }, scopes }
}

/** `exp`, `nbf`, `iat` and life of a token at `now` (seconds). On every request, on cache hits too (RFC 7519 §4.1.4). */
export function checkTime(token: VerifiedToken, now: number): Denial | undefined {
  const { expiresAt, notBefore, issuedAt, issuer } = token
  if (now >= expiresAt + issuer.clockTolerance) return { reason: 'token_expired', secondsPast: round(now - expiresAt) }
  const latest = now + issuer.clockTolerance
  if (notBefore !== undefined && notBefore > latest) {
    return { reason: 'token_not_yet_valid', claim: 'nbf', secondsAhead: round(notBefore - now) }
  }
  if (issuedAt !== undefined && issuedAt > latest) {
    return { reason: 'token_not_yet_valid', claim: 'iat', secondsAhead: round(issuedAt - now) }
  }
  if (issuer.maxTokenLifetime === undefined) return undefined
  const lifetime = expiresAt - (issuedAt ?? now)
  if (lifetime <= issuer.maxTokenLifetime) return undefined
  return { reason: 'token_lifetime_exceeded', limit: issuer.maxTokenLifetime, actual: round(lifetime) }
}

/** The requirements that matching rules and MCP calls add to those of the route. */
export function checkAdditions(
  token: VerifiedToken,
  scopes: ReadonlySet<string>,
  additions: readonly Requirement[],
): Denial | undefined {
  for (const check of [checkScopes, checkClaims]) {
    for (const addition of additions) {
      const denial = check(addition, token, scopes)
      if (denial !== undefined) return denial
    }
  }
  return undefined
}

interface Refusal {
  /** How many checks the token passed. */
  readonly step: number
  readonly denial: Denial
}

function refuseBy(
  entry: Accept,
  token: VerifiedToken,
  scopes: ReadonlySet<string>,
  revoked: Denial | undefined,
): Refusal | undefined {
  const checks = [
    checkAudience(entry, token),
    revoked,
    checkClient(entry, token),
    checkScopes(entry, token, scopes),
    checkClaims(entry, token),
  ]
  for (const [step, denial] of checks.entries()) if (denial !== undefined) return { step, denial }
  return undefined
}

/** RFC 7519 §4.1.3, RFC 8707 §2: exact members; a token without `aud` is for nobody in particular. */
function checkAudience(entry: Accept, token: VerifiedToken): Denial | undefined {
  const { audience } = entry
  if (audience === 'unchecked' || audience.some((wanted) => token.audience.includes(wanted))) return undefined
  const hint = hintAtAudience(audience, token.audience)
  return {
    reason: 'audience_mismatch',
    expected: audience,
    actual: token.audience,
    ...(hint === undefined ? {} : { hint }),
  }
}

function hintAtAudience(expected: readonly string[], actual: readonly string[]): string | undefined {
  const isSent = (text: string) => actual.includes(text) || actual.includes(`${text}/`)
  if (expected.some((wanted) => isSent(wanted) || (wanted.endsWith('/') && actual.includes(wanted.slice(0, -1)))))
    return 'differs only by a trailing slash'
  // Some clients cut the path off what they ask for.
  if (expected.some((wanted) => /^https?:/i.test(wanted) && isSent(URL.parse(wanted)?.origin ?? wanted)))
    return 'made for the origin of the resource: the client asked for that in place of the resource'
  return undefined
}

function checkRevocation(token: VerifiedToken, revocations: Revocations): Denial | undefined {
  const { jti, sub, clientIds, issuedBefore } = revocations
  if (token.tokenId !== undefined && jti.has(token.tokenId)) return { reason: 'token_revoked', by: 'jti' }
  if (token.subject !== undefined && sub.has(token.subject)) return { reason: 'token_revoked', by: 'sub' }
  if (token.clients.some((client) => clientIds.has(client))) return { reason: 'token_revoked', by: 'clientIds' }
  const issuedAt = token.issuedAt ?? Number.NEGATIVE_INFINITY
  if (issuedBefore !== undefined && issuedAt < issuedBefore) return { reason: 'token_revoked', by: 'issuedBefore' }
  return undefined
}

function checkClient(entry: Accept, token: VerifiedToken): Denial | undefined {
  for (const allowed of entry.clientIds) {
    if (token.client === undefined) return { reason: 'client_not_allowed', expected: allowed }
    if (!allowed.includes(token.client))
      return { reason: 'client_not_allowed', expected: allowed, actual: token.client }
  }
  return undefined
}

function checkScopes(requirement: Requirement, token: VerifiedToken, scopes: ReadonlySet<string>): Denial | undefined {
  const missing = requirement.scopes.filter((scope) => !scopes.has(scope))
  return missing.length === 0 ? undefined : { reason: 'scope_insufficient', missing, actual: token.scopes }
}

function checkClaims(requirement: Requirement, token: VerifiedToken): Denial | undefined {
  for (const rule of requirement.claims) {
    if (claimHolds(token.claims, rule)) continue
    const { claim, ...expected } = rule
    const actual = summary(token.claims, rule)
    const hinted = isLeftOut(token.claims, claim) ? { hint: LEFT_OUT } : {}
    return { reason: 'claim_not_allowed', claim: claim.text, expected, actual, ...hinted }
  }
  return undefined
}

const LEFT_OUT =
  'the issuer left this claim out and says where to ask for it (_claim_names), as Entra does with too many groups'

/** Distributed claims (OpenID Connect Core §5.6.2). `hasgroups` is Entra's word for the same in tokens that must be short. */
function isLeftOut(claims: Claims, { path: [name = ''] }: ClaimSelector): boolean {
  if (own(claims, name) !== undefined) return false
  const elsewhere = own(claims, '_claim_names')
  if (typeof elsewhere === 'object' && elsewhere !== null && own(elsewhere as Claims, name) !== undefined) return true
  return name === 'groups' && String(own(claims, 'hasgroups')) === 'true'
}

/** What the log may show of a claim: its value, or only its kind where it is an object that may hold anything. */
function summary(claims: Claims, rule: { readonly claim: Parameters<typeof readClaim>[1] }): unknown {
  const value = readClaim(claims, rule.claim)
  if (value === undefined) return 'absent'
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return 'an object'
  return value
}

function withImplied(scopes: readonly string[], route: Route): ReadonlySet<string> {
  return new Set(scopes.flatMap((scope) => [scope, ...(route.scopeImplies.get(scope) ?? [])]))
}

function round(seconds: number): number {
  return Math.round(seconds)
}
