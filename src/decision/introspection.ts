import type { Issuer } from '../config/model.ts'
import type { Claims } from './claims.ts'
import type { Denial } from './denial.ts'
import type { Warrant } from './keys.ts'
import { showUnverified } from './unverified.ts'

/**
 * What an issuer says of a token that only it can read (RFC 7662 §2.2). `unavailable`: it could not be asked now, or gave no
 * answer that can be relied on (a service fault).
 */
export type Introspected =
  | { readonly kind: 'active'; readonly claims: Claims; readonly warrant: Warrant }
  | { readonly kind: 'inactive' }
  | { readonly kind: 'unavailable' }

/** What the decision needs for opaque tokens: the word of this issuer, which has an `introspection`. Never rejects. */
export type Introspect = (issuer: Issuer, token: string) => Promise<Introspected>

/** Of the members that say what a token is, the values of an access token. */
const ACCESS_TOKEN = {
  token_type: new Set(['bearer', 'access_token']),
  token_use: new Set(['access', 'access_token']),
}

type Read =
  | { readonly ok: true; readonly claims: Claims; readonly warrant: Warrant }
  | { readonly ok: false; readonly denial: Denial; readonly issuer?: Issuer }

/**
 * What an answer means. Only one about an access token of this very issuer has claims: servers answer for refresh tokens
 * as well (RFC 7662 §2.1), and some for several issuers.
 */
export function readIntrospected(answer: Introspected, issuer: Issuer): Read {
  switch (answer.kind) {
    case 'unavailable':
      return { ok: false, denial: { reason: 'introspection_unavailable' } }
    case 'inactive':
      return { ok: false, denial: { reason: 'token_revoked', by: 'introspection' } }
    case 'active': {
      const denial = refuseAnswer(answer.claims, issuer)
      return denial === undefined ? { ok: true, ...answer } : { ok: false, denial, issuer }
    }
  }
}

function refuseAnswer(claims: Claims, issuer: Issuer): Denial | undefined {
  if (Object.hasOwn(claims, 'iss') && claims['iss'] !== issuer.issuer) {
    const hint = `the introspection of issuers.${issuer.name} answered for another issuer`
    return { reason: 'issuer_untrusted', unverifiedIssuer: showUnverified(String(claims['iss'])), hint }
  }
  for (const [member, accepted] of Object.entries(ACCESS_TOKEN)) {
    if (!Object.hasOwn(claims, member) || accepted.has(String(claims[member]).toLowerCase())) continue
    const actual = `${member} ${showUnverified(String(claims[member]))}`
    return { reason: 'token_type_rejected', expected: 'a bearer access token', actual }
  }
  return undefined
}
