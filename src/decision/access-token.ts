import { compactVerify } from 'jose'
import type { Issuer } from '../config/model.ts'
import type { Claims } from './claims.ts'
import type { Denial } from './denial.ts'
import type { FindKeys, VerificationKey, Warrant } from './keys.ts'
import { findStaticToken } from './static-tokens.ts'
import { readTokenClaims, type TokenClaims } from './token-claims.ts'
import { showUnverified } from './unverified.ts'
import { isOpaque, parseUnverifiedToken, type UnverifiedToken } from './unverified-token.ts'

/** A token that its issuer vouches for, and whose type and claims hold. When it is valid and for whom is judged apart, for every request. */
export interface VerifiedToken extends TokenClaims {
  readonly issuer: Issuer
  readonly warrant: Warrant
  readonly claims: Claims
}

/** `issuer` is set as soon as one vouched for the token, also where a claim does not. */
export type Verification =
  | { readonly ok: true; readonly token: VerifiedToken }
  | { readonly ok: false; readonly denial: Denial; readonly issuer?: Issuer }

/**
 * Verifies an access token against those of the route's issuers that its unverified `iss` names, each with its own keys
 * only (RFC 8725 §3.8, §3.10): strict syntax, allowed algorithm, key, signature, then type and shape of the claims.
 * `jwk`, `jku`, `x5u` and `x5c` of the header are never looked at. A token that is no JWT is looked up in the tokens
 * files of the route; a JWT never is.
 */
export async function verifyAccessToken(
  token: string,
  issuers: readonly Issuer[],
  findKeys: FindKeys,
): Promise<Verification> {
  const parsed = parseUnverifiedToken(token)
  if (!parsed.ok) return isOpaque(token) ? verifyOpaqueToken(token, issuers, parsed.denial) : parsed
  const unverified = parsed.token
  const signers = issuers.filter(({ keys }) => keys.kind !== 'tokensFile')
  const candidates = signers.filter((issuer) => issuer.issuer === unverified.issuer)
  if (candidates.length === 0) return { ok: false, denial: untrusted(unverified, signers) }
  const refusals: Denial[] = []
  for (const issuer of candidates) {
    const signed = await verifySignature(token, unverified, issuer, findKeys)
    if (signed.ok) return readClaimsOf(signed.payload, unverified.type, issuer, signed.key)
    refusals.push(signed.denial)
  }
  return { ok: false, denial: nearest(refusals) }
}

/** Holds as long as the configuration: a changed tokens file makes another one. */
const LISTED: Warrant = { live: true }

function verifyOpaqueToken(token: string, issuers: readonly Issuer[], unreadable: Denial): Verification {
  const known = findStaticToken(token, issuers)
  if (known === undefined) return { ok: false, denial: unreadable }
  return readClaimsOf(known.claims, undefined, known.issuer, LISTED)
}

/** What Authentik does while no signing key is selected in the provider. */
const SHARED_SECRET = 'signed with a shared secret; select a signing key at the provider, or use secretFile'

type Signed =
  | { readonly ok: true; readonly payload: Claims; readonly key: VerificationKey }
  | { readonly ok: false; readonly denial: Denial }

async function verifySignature(
  token: string,
  unverified: UnverifiedToken,
  issuer: Issuer,
  findKeys: FindKeys,
): Promise<Signed> {
  const { algorithm, keyId } = unverified
  if (!issuer.algorithms.includes(algorithm)) {
    return refused({
      reason: 'algorithm_rejected',
      expected: issuer.algorithms,
      unverifiedAlgorithm: showUnverified(algorithm),
      ...(algorithm.startsWith('HS') ? { hint: SHARED_SECRET } : {}),
    })
  }
  const keys = await findKeys(issuer, algorithm, keyId)
  if (keys === 'unavailable') return refused({ reason: 'keys_unavailable' })
  const shownKeyId = keyId === undefined ? {} : { unverifiedKeyId: showUnverified(keyId) }
  if (keys === 'unknown') {
    return refused({ reason: 'key_unknown', unverifiedAlgorithm: showUnverified(algorithm), ...shownKeyId })
  }
  for (const key of keys) {
    if (await signatureHolds(token, key, algorithm)) return { ok: true, payload: unverified.payload, key }
  }
  const known = keys[0]?.kid
  return refused({ reason: 'signature_invalid', ...(known === undefined ? {} : { keyId: known }) })
}

/** jose refuses a key that does not fit with TypeErrors and DOMExceptions of many kinds: none of them is an allow. */
async function signatureHolds(token: string, key: VerificationKey, algorithm: string): Promise<boolean> {
  try {
    await compactVerify(token, key.key, { algorithms: [algorithm] })
    return true
  } catch {
    return false
  }
}

function readClaimsOf(claims: Claims, type: string | undefined, issuer: Issuer, warrant: Warrant): Verification {
  const read = readTokenClaims(claims, type, issuer)
  return read.ok
    ? { ok: true, token: { ...read.claims, issuer, warrant, claims } }
    : { ok: false, denial: read.denial, issuer }
}

/** Among issuers that share an `iss`, the refusal that says most: missing keys might have verified the token. */
function nearest(refusals: readonly Denial[]): Denial {
  return refusals.reduce((nearer, next) => (rank(next) < rank(nearer) ? next : nearer))
}

function rank({ reason }: Denial): number {
  return ['keys_unavailable', 'signature_invalid', 'key_unknown', 'algorithm_rejected'].indexOf(reason)
}

function untrusted(unverified: UnverifiedToken, issuers: readonly Issuer[]): Denial {
  if (unverified.issuer === undefined) return { reason: 'issuer_untrusted', hint: 'the token has no iss claim' }
  const sent = unverified.issuer
  const unverifiedIssuer = showUnverified(sent)
  for (const { name, issuer } of issuers) {
    const difference = onlyDifference(issuer, sent)
    if (difference !== undefined) {
      return {
        reason: 'issuer_untrusted',
        unverifiedIssuer,
        hint: `differs from issuers.${name} only by ${difference}`,
      }
    }
  }
  return { reason: 'issuer_untrusted', unverifiedIssuer }
}

function onlyDifference(configured: string, sent: string): string | undefined {
  if (`${configured}/` === sent || configured === `${sent}/`) return 'a trailing slash'
  if (configured.toLowerCase() === sent.toLowerCase()) return 'upper and lower case'
  if (configured.replace(/^https?:/, '') === sent.replace(/^https?:/, '')) return 'http against https'
  return undefined
}

function refused(denial: Denial): Signed {
  return { ok: false, denial }
}
