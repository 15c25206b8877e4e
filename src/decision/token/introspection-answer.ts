import type { Issuer } from '../../config/model-issuer.ts'
import type { Denial } from '../denial.ts'
import { showUnverified } from '../show-unverified.ts'
import { type Claims, own } from './claims.ts'
import type { Validity } from './keys.ts'

/**
 * What an issuer says of a token that only it can read (RFC 7662 §2.2). `unavailable`: it could not be asked now, or gave no
 * answer that can be relied on (a service fault). `crowded`: it was not asked, as too many questions were before this one.
 */
export type Introspected =
  | { readonly kind: 'active'; readonly claims: Claims; readonly validity: Validity }
  | { readonly kind: 'inactive' }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'crowded' }

/** What the decision needs for opaque tokens: the word of this issuer, which has an `introspection`. Never rejects. */
export type Introspect = (issuer: Issuer, token: string) => Promise<Introspected>

type Read =
  | { readonly ok: true; readonly claims: Claims; readonly validity: Validity }
  | { readonly ok: false; readonly denial: Denial; readonly issuer?: Issuer }

/**
 * What an answer means. Some servers answer for several issuers, and only what this very one made has claims. A token that
 * has to come with a proof is refused if nothing says by which key (RFC 9449 §6.2, §7.2).
 */
export function readIntrospected(answer: Introspected, issuer: Issuer): Read {
  switch (answer.kind) {
    case 'unavailable':
      return refused({ reason: 'introspection_unavailable', step: 'issuer' })
    case 'crowded':
      return refused({ reason: 'introspection_unavailable', step: 'issuer', cause: 'too_many_questions' })
    case 'inactive':
      return refused({ reason: 'token_revoked', step: 'issuer', by: 'introspection' })
    case 'active': {
      const denial = checkIssuer(answer.claims, issuer) ?? checkPresentation(answer.claims)
      return denial === undefined ? { ok: true, ...answer } : { ok: false, denial, issuer }
    }
  }
}

function refused(denial: Denial): Read {
  return { ok: false, denial }
}

function checkIssuer(claims: Claims, issuer: Issuer): Denial | undefined {
  const named = own(claims, 'iss')
  if (named === undefined || named === issuer.issuer) return undefined
  const hint = `the introspection of issuers.${issuer.name} answered for another issuer`
  return { reason: 'issuer_untrusted', step: 'issuer', unverifiedIssuer: showUnverified(String(named)), hint }
}

/** How the token has to be presented (RFC 6749 §7.1). Its kind is judged like that of a JWT. */
function checkPresentation(claims: Claims): Denial | undefined {
  const presented = own(claims, 'token_type')
  if (typeof presented === 'string' && presented.toLowerCase() === 'dpop' && own(claims, 'cnf') === undefined) {
    const [expected, actual] = [['a bearer token', 'the key that it is bound to'], ['token_type DPoP without cnf']]
    return { reason: 'token_type_not_allowed', step: 'token type', expected, actual }
  }
  return undefined
}
