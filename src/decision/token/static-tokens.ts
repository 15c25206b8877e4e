import { hash, timingSafeEqual } from 'node:crypto'
import type { Issuer } from '../../config/model-issuer.ts'
import type { Claims } from './claims.ts'

/** A shorter text cannot hold the 128 random bits that a static token must have (RFC 6750 §5.2, RFC 6819 §5.1.4.2.2). */
export const MIN_STATIC_TOKEN_CHARACTERS = 22

/** Whose token it is, and the claims that its line gives it. */
export interface KnownToken {
  readonly issuer: Issuer
  readonly claims: Claims
}

/**
 * Looks a token up in the tokens files among these issuers; undefined if none has it. Only hashes are compared, each
 * in constant time and always all of them, so that the time reveals nothing of what is listed.
 */
export function findStaticToken(token: string, issuers: readonly Issuer[]): KnownToken | undefined {
  if (token.length < MIN_STATIC_TOKEN_CHARACTERS) return undefined
  const digest = hash('sha256', token, 'buffer')
  let found: KnownToken | undefined
  for (const issuer of issuers) {
    if (issuer.keys.kind !== 'tokensFile') continue
    for (const { sha256, claims } of issuer.keys.tokens) {
      if (timingSafeEqual(sha256, digest)) found ??= { issuer, claims }
    }
  }
  return found
}
