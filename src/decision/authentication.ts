import type { Authentication, Requirement } from '../config/model-requirement.ts'
import type { Denial, DenialEvidence } from './denial.ts'
import type { VerifiedToken } from './token/access-token.ts'
import { own, showValue } from './token/claims.ts'

/**
 * Whether the login behind a token is of a required class and recent enough at `now` (seconds; RFC 9470 §4). A token that
 * does not say so is refused. On every request: a token that is used again gets older.
 */
export function checkAuthentication(
  { authentication }: Pick<Requirement, 'authentication'>,
  token: VerifiedToken,
  now: number,
): Denial | undefined {
  if (authentication === undefined) return undefined
  return checkClass(authentication, token) ?? checkAge(authentication, token, now)
}

function checkClass({ acr }: Authentication, { claims }: VerifiedToken): Denial | undefined {
  const actual = own(claims, 'acr')
  if (acr === undefined || acr.some((wanted) => wanted === actual)) return undefined
  return insufficient('acr', { expected: acr, actual: showValue(actual), ...hintIfAbsent(actual) })
}

/** The tolerance is that of `exp`. A login in the future is not one that is known to be recent. */
function checkAge({ maxAgeSeconds }: Authentication, token: VerifiedToken, now: number): Denial | undefined {
  if (maxAgeSeconds === undefined) return undefined
  const at = own(token.claims, 'auth_time')
  if (typeof at !== 'number') {
    return insufficient('auth_time', { expected: ['a number'], actual: showValue(at), ...hintIfAbsent(at) })
  }
  const age = now - at
  const { clockTolerance } = token.issuer
  if (age < -clockTolerance) {
    return insufficient('auth_time', { secondsAhead: Math.round(-age), hint: 'the login lies in the future' })
  }
  if (age <= maxAgeSeconds + clockTolerance) return undefined
  return insufficient('auth_time', { limit: maxAgeSeconds, seconds: Math.round(age) })
}

function hintIfAbsent(value: unknown): DenialEvidence {
  return value === undefined ? { hint: 'the issuer has to put this claim into its access tokens' } : {}
}

function insufficient(claim: string, evidence: DenialEvidence): Denial {
  return { reason: 'authentication_insufficient', step: 'authentication', claim, ...evidence }
}
