import type { Accept, Revocations, Route } from '../config/model.ts'
import type { ClaimSelector, Requirement } from '../config/model-requirement.ts'
import { checkAuthentication } from './authentication.ts'
import type { Denial } from './denial.ts'
import type { VerifiedToken } from './token/access-token.ts'
import { type Claims, claimHolds, own, readClaim, showRule, showValue } from './token/claims.ts'
import { isLater } from './trace.ts'

/** What one route makes of one verified token, whatever the time and the request: computed once, judged by for each request. */
export interface Admission {
  /** The route's ways in that name the token's issuer, in order. */
  readonly ways: readonly Way[]
  /** The token's scopes and those that they imply on this route. */
  readonly scopes: ReadonlySet<string>
}

/** One way in, and why it does not take the token, as far as that has nothing to do with the time. */
export interface Way {
  readonly entry: Accept
  readonly beforeAuthentication: Denial | undefined
  readonly afterAuthentication: Denial | undefined
}

/** The way in that takes the token, or that got furthest and why it does not. */
export interface ChosenWay {
  readonly entry: Accept | undefined
  readonly denial: Denial | undefined
}

/** Tries every way in. An entry binds its issuer to its own requirements: none is ever met by another entry's. */
export function admit(token: VerifiedToken, route: Route, revocations: Revocations): Admission {
  const scopes = withImplied(token.scopes, route)
  const own = route.accept.filter(({ issuer }) => issuer === token.issuer)
  return { ways: own.map((entry) => tryWay(entry, token, scopes, revocations)), scopes }
}

/**
 * The first way in that holds at `now` (seconds). When none does, the denial of the one that got furthest. The age of the
 * login is judged here and not in `admit`: it may close one way and leave the next.
 */
export function chooseWay({ ways }: Admission, token: VerifiedToken, now: number): ChosenWay {
  // The token was verified against the issuers of the route's ways in, so one at least is tried.
  let furthest: ChosenWay & { readonly denial: Denial } = { entry: undefined, denial: NO_WAY }
  for (const way of ways) {
    const { entry } = way
    const denial = way.beforeAuthentication ?? checkAuthentication(entry, token, now) ?? way.afterAuthentication
    if (denial === undefined) return { entry, denial }
    if (furthest.entry !== undefined && !isLater(denial.step, furthest.denial.step)) continue
    furthest = { entry, denial }
  }
  return furthest
}

const NO_WAY: Denial = { reason: 'internal_error', step: 'end' }

/** `exp`, `nbf` and `iat` of a token at `now` (seconds). On every request, on cache hits too (RFC 7519 §4.1.4). */
export function checkTime(token: VerifiedToken, now: number): Denial | undefined {
  const { expiresAt, notBefore, issuedAt, issuer } = token
  if (now >= expiresAt + issuer.clockTolerance) {
    return { reason: 'token_expired', step: 'time', secondsPast: round(now - expiresAt) }
  }
  const latest = now + issuer.clockTolerance
  if (notBefore !== undefined && notBefore > latest) return notYetValid('nbf', notBefore - now)
  if (issuedAt !== undefined && issuedAt > latest) return notYetValid('iat', issuedAt - now)
  return undefined
}

function notYetValid(claim: string, seconds: number): Denial {
  return { reason: 'token_not_yet_valid', step: 'time', claim, secondsAhead: round(seconds) }
}

/** How long a token lives, or without `iat` how long it still does. */
export function checkLifetime({ expiresAt, issuedAt, issuer }: VerifiedToken, now: number): Denial | undefined {
  if (issuer.maxTokenLifetime === undefined) return undefined
  const lifetime = expiresAt - (issuedAt ?? now)
  if (lifetime <= issuer.maxTokenLifetime) return undefined
  const limit = issuer.maxTokenLifetime
  return { reason: 'token_lifetime_exceeded', step: 'lifetime', limit, seconds: round(lifetime) }
}

/** A token with what the route makes of it. */
interface Admitted {
  readonly token: VerifiedToken
  readonly admission: Pick<Admission, 'scopes'>
}

/** The requirements that matching rules and MCP calls add to those of the route; `step` says which of these. */
export function checkAdditions(
  { token, admission: { scopes } }: Admitted,
  additions: readonly Requirement[],
  step: 'rules' | 'mcp',
  now: number,
): Denial | undefined {
  const denial =
    firstDenial(additions, (addition) => checkAuthentication(addition, token, now)) ??
    firstDenial(additions, (addition) => checkScopes(addition, token, scopes)) ??
    firstDenial(additions, (addition) => checkClaims(addition, token))
  return denial && { ...denial, step }
}

function firstDenial(
  additions: readonly Requirement[],
  check: (addition: Requirement) => Denial | undefined,
): Denial | undefined {
  for (const addition of additions) {
    const denial = check(addition)
    if (denial !== undefined) return denial
  }
  return undefined
}

function tryWay(entry: Accept, token: VerifiedToken, scopes: ReadonlySet<string>, revocations: Revocations): Way {
  return {
    entry,
    beforeAuthentication:
      checkAudience(entry, token) ?? checkRevocation(token, revocations) ?? checkClient(entry, token),
    afterAuthentication: checkScopes(entry, token, scopes) ?? checkClaims(entry, token),
  }
}

/** RFC 7519 §4.1.3, RFC 8707 §2: exact members; a token without `aud` is meant for no particular resource. */
function checkAudience(entry: Accept, token: VerifiedToken): Denial | undefined {
  const { audience } = entry
  if (audience === 'unchecked' || audience.some((wanted) => token.audience.includes(wanted))) return undefined
  const hint = hintAtAudience(audience, token.audience)
  return {
    reason: 'audience_mismatch',
    step: 'audience',
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
  if (token.tokenId !== undefined && jti.has(token.tokenId)) return revoked('jti')
  if (token.subject !== undefined && sub.has(token.subject)) return revoked('sub')
  if (token.clients.some((client) => clientIds.has(client))) return revoked('clientIds')
  const issuedAt = token.issuedAt ?? Number.NEGATIVE_INFINITY
  if (issuedBefore !== undefined && issuedAt < issuedBefore) return revoked('issuedBefore')
  return undefined
}

function revoked(by: keyof Revocations): Denial {
  return { reason: 'token_revoked', step: 'revocation', by }
}

function checkClient(entry: Accept, token: VerifiedToken): Denial | undefined {
  for (const expected of entry.clientIds) {
    if (token.client === undefined) return { reason: 'client_not_allowed', step: 'client', expected }
    if (!expected.includes(token.client)) {
      return { reason: 'client_not_allowed', step: 'client', expected, actual: [token.client] }
    }
  }
  return undefined
}

function checkScopes(requirement: Requirement, token: VerifiedToken, scopes: ReadonlySet<string>): Denial | undefined {
  const missing = requirement.scopes.filter((scope) => !scopes.has(scope))
  if (missing.length === 0) return undefined
  return { reason: 'scope_insufficient', step: 'scopes', missing, actual: token.scopes }
}

function checkClaims(requirement: Requirement, token: VerifiedToken): Denial | undefined {
  for (const rule of requirement.claims) {
    if (claimHolds(token.claims, rule)) continue
    const hinted = isLeftOut(token.claims, rule.claim) ? { hint: LEFT_OUT } : {}
    const [expected, actual] = [showRule(rule), showValue(readClaim(token.claims, rule.claim))]
    return { reason: 'claim_not_allowed', step: 'claims', claim: rule.claim.text, expected, actual, ...hinted }
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

function withImplied(scopes: readonly string[], route: Route): ReadonlySet<string> {
  return new Set(scopes.flatMap((scope) => [scope, ...(route.scopeImplies.get(scope) ?? [])]))
}

function round(seconds: number): number {
  return Math.round(seconds)
}
