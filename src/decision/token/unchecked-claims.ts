import { isJsonObject } from '../../keys/json-object.ts'
import { type Claims, own } from './claims.ts'

/** Claims that make a token depend on something that is not looked at here, by the name under which they are reported. */
export const UNCHECKED_CLAIMS = [
  'status.status_list',
  'status',
  'credentialStatus',
  'vc.credentialStatus',
  'authorization_details',
] as const

export type UncheckedClaim = (typeof UNCHECKED_CLAIMS)[number]

/**
 * What a token asks a verifier to look up or to enforce, and forwardgate does not: whether a status list revoked it
 * (draft-ietf-oauth-status-list, another mechanism of `status`, W3C credentials), and what it may be used for in detail
 * (RFC 9396). None of these is required to be understood, so the token passes, and that is reported. Null is absent.
 */
export function uncheckedClaims(claims: Claims): readonly UncheckedClaim[] {
  const found: UncheckedClaim[] = []
  const status = own(claims, 'status')
  if (isJsonObject(status)) found.push(isPresent(own(status, 'status_list')) ? 'status.status_list' : 'status')
  if (isPresent(own(claims, 'credentialStatus'))) found.push('credentialStatus')
  const credential = own(claims, 'vc')
  if (isJsonObject(credential) && isPresent(own(credential, 'credentialStatus'))) found.push('vc.credentialStatus')
  if (isPresent(own(claims, 'authorization_details'))) found.push('authorization_details')
  return found.length === 0 ? NONE : found
}

const NONE: readonly UncheckedClaim[] = []

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}
