import type { Accept, Revocations, Route } from '../../config/model.ts'
import type { Issuer } from '../../config/model-issuer.ts'
import { type Admission, admit } from '../admission.ts'
import type { Denial } from '../denial.ts'
import { buildIdentityHeaders, type HeaderList } from '../identity-headers.ts'
import type { TokenForm } from '../trace.ts'
import { type IssuerDeps, type Verification, type VerifiedToken, verifyAccessToken } from './access-token.ts'
import { NOT_CHECKED } from './token-claims.ts'

/**
 * All that can be said of one token on one route without the time and the request: what a cache may keep as long as
 * the token, the route, the configuration and the key are the same.
 */
export interface AssessedToken {
  readonly ok: true
  readonly form: TokenForm
  readonly token: VerifiedToken
  readonly admission: Admission
  /** The headers of the allowing answer, or why there are none. */
  readonly identity:
    | { readonly ok: true; readonly headers: HeaderList }
    | { readonly ok: false; readonly denial: Denial }
}

/** `issuer` is set as soon as one vouched for the token. */
export type Assessment = AssessedToken | Extract<Verification, { readonly ok: false }>

/** What `decide` needs from outside: answers without a promise for a token seen before. */
export type AssessToken = (token: string, route: Route) => Assessment | Promise<Assessment>

/** Verifies the token with the keys of the route's own issuers and assesses it by the route's requirements. */
export async function assessToken(
  token: string,
  route: Route,
  revocations: Revocations,
  issuers: IssuerDeps,
): Promise<Assessment> {
  const verification = await verifyAccessToken(token, issuersOf(route.accept), issuers)
  if (!verification.ok) return verification
  const { form, token: verified } = verification
  if (route.dpop.mode === 'off' && verified.keyThumbprint !== undefined) {
    const denial: Denial = { reason: 'claim_invalid', step: 'token claims', claim: 'cnf', problem: NOT_CHECKED }
    return { ok: false, form, denial, issuer: verified.issuer, refusedClaims: verified.claims }
  }
  return {
    ok: true,
    form,
    token: verified,
    admission: admit(verified, route, revocations),
    identity: buildIdentityHeaders(route, verified),
  }
}

/** The issuers that these ways in name, each once. */
export function issuersOf(accept: readonly Accept[]): readonly Issuer[] {
  return [...new Set(accept.map(({ issuer }) => issuer))]
}
