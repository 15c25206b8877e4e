import type { Issuer } from '../../config/model-issuer.ts'
import { MAX_CANDIDATES } from '../../keys/key-selection.ts'
import type { Denial } from '../denial.ts'
import { showUnverified } from '../show-unverified.ts'
import type { TokenForm } from '../trace.ts'
import type { Claims } from './claims.ts'
import { type Introspect, readIntrospected } from './introspection-answer.ts'
import type { FindKeys, KeyAnswer, Validity, VerificationKey } from './keys.ts'
import { signatureHolds } from './signature.ts'
import { findStaticToken } from './static-tokens.ts'
import { readTokenClaims, type TokenClaims } from './token-claims.ts'
import { findOtherKind } from './token-kind.ts'
import { isOpaque, parseUnverifiedToken, type UnverifiedToken } from './unverified-token.ts'

/** A token that its issuer vouches for, and whose type and claims hold. When it is valid and for whom is judged apart, for every request. */
export interface VerifiedToken extends TokenClaims {
  readonly issuer: Issuer
  readonly validity: Validity
  readonly claims: Claims
}

/** What is asked of the issuers. */
export interface IssuerDeps {
  readonly findKeys: FindKeys
  readonly introspect: Introspect
}

type Verified =
  | { readonly ok: true; readonly token: VerifiedToken }
  | { readonly ok: false; readonly denial: Denial; readonly issuer?: Issuer; readonly refusedClaims?: Claims }

/** `issuer` and what it vouched for are set as soon as it did, even if a claim is refused. */
export type Verification = Verified & { readonly form: TokenForm }

/**
 * Verifies an access token: a JWT by its signature, any other one by the word of its issuer. A token that is not a JWT is
 * looked up in the tokens files of the route, and if it is in none, the issuer that introspects is asked; a JWT, even a
 * broken one, never goes there.
 */
export async function verifyAccessToken(
  token: string,
  issuers: readonly Issuer[],
  { findKeys, introspect }: IssuerDeps,
): Promise<Verification> {
  const parsed = parseUnverifiedToken(token)
  if (parsed.ok) return { ...(await verifyJwt(token, parsed.token, issuers, findKeys)), form: 'jwt' }
  if (!isOpaque(token)) return { form: 'jwt', ...parsed }
  return { form: 'opaque', ...(await verifyOpaqueToken(token, issuers, parsed.denial, introspect)) }
}

/**
 * Verifies a JWT against those of the route's issuers that its unverified `iss` names (without `iss`: against the one for
 * JWT-SVIDs), each with its own keys only (RFC 8725 §3.8, §3.10): strict syntax, allowed algorithm, key, signature, then
 * type and shape of the claims. `jwk`, `jku`, `x5u` and `x5c` of the header are never looked at.
 */
async function verifyJwt(
  token: string,
  unverified: UnverifiedToken,
  issuers: readonly Issuer[],
  findKeys: FindKeys,
): Promise<Verified> {
  const signers = issuers.filter(({ keys }) => keys.kind !== 'tokensFile')
  const candidates = candidatesFor(unverified, signers)
  if (candidates.length === 0) return { ok: false, denial: untrusted(unverified, signers) }
  const refusals: Denial[] = []
  for (const issuer of candidates) {
    const signed = await verifySignature(token, unverified, issuer, findKeys)
    if (signed.ok) return readClaimsOf(unverified.payload, unverified.type, issuer, signed.key)
    refusals.push(signed.denial)
  }
  return { ok: false, denial: nearest(refusals) }
}

/** By `iss` alone if there is one. A JWT-SVID has none: only the issuer for those may have made it, one at most. */
export function candidatesFor(unverified: UnverifiedToken, issuers: readonly Issuer[]): readonly Issuer[] {
  if (!unverified.hasIssuer) return issuers.filter(({ spiffe }) => spiffe !== undefined)
  // That issuer may have no name of its own, and an empty `iss` is not its.
  return issuers.filter(({ issuer }) => issuer !== '' && issuer === unverified.issuer)
}

/** Holds as long as the configuration: a changed tokens file makes another one. */
const LISTED: Validity = { live: true }

async function verifyOpaqueToken(
  token: string,
  issuers: readonly Issuer[],
  unreadable: Denial,
  introspect: Introspect,
): Promise<Verified> {
  const known = findStaticToken(token, issuers)
  if (known !== undefined) return readClaimsOf(known.claims, undefined, known.issuer, LISTED)
  // One at most: the loader refuses a route with two, as each would see the other one's tokens.
  const asked = issuers.find(({ introspection }) => introspection !== undefined)
  if (asked === undefined) return { ok: false, denial: unreadable }
  const answer = readIntrospected(await introspect(asked, token), asked)
  // There is no header; the issuer itself says that the token is one of its access tokens.
  return answer.ok ? readClaimsOf(answer.claims, asked.requireTyp, asked, answer.validity) : answer
}

/** What Authentik does while no signing key is selected in the provider. */
const SHARED_SECRET = 'signed with a shared secret; select a signing key at the provider, or use secretFile'
/** What Keycloak does with every refresh token: only the issuer itself is to read it. */
const NOT_AN_ACCESS_TOKEN = 'not an access token, by what its payload says; send the access token'

type Signed = { readonly ok: true; readonly key: VerificationKey } | { readonly ok: false; readonly denial: Denial }

async function verifySignature(
  token: string,
  unverified: UnverifiedToken,
  issuer: Issuer,
  findKeys: FindKeys,
): Promise<Signed> {
  const wrong = checkAlgorithm(unverified, issuer)
  if (wrong !== undefined) return refused(wrong)
  const { algorithm, keyId } = unverified
  const keys = await findKeys(issuer, algorithm, keyId)
  if (typeof keys === 'string') return refused(withoutKeys(keys, unverified))
  for (const key of keys.slice(0, MAX_CANDIDATES)) {
    if (await signatureHolds(token, key.key, algorithm)) return { ok: true, key }
  }
  return refused(badSignature(keys, keyId))
}

/** A key is named only if the token named it: of several that fit, none is the one that failed. */
function badSignature(keys: readonly VerificationKey[], named: string | undefined): Denial {
  const known = named === undefined && keys.length > 1 ? undefined : keys[0]?.kid
  const leftOut = keys.length - MAX_CANDIDATES
  return {
    reason: 'signature_invalid',
    step: 'signature',
    ...(known === undefined ? {} : { keyId: known }),
    ...(leftOut > 0 ? { leftOut, hint: 'the key may be one of those left out; a kid in the token names it' } : {}),
  }
}

function checkAlgorithm(unverified: UnverifiedToken, issuer: Issuer): Denial | undefined {
  const { algorithm } = unverified
  if (issuer.algorithms.includes(algorithm)) return undefined
  return {
    reason: 'algorithm_not_allowed',
    step: 'algorithm',
    expected: issuer.algorithms,
    unverifiedAlgorithm: showUnverified(algorithm),
    ...(algorithm.startsWith('HS') ? { hint: secretHint(unverified, issuer) } : {}),
  }
}

function withoutKeys(answer: Exclude<KeyAnswer, readonly unknown[]>, { algorithm, keyId }: UnverifiedToken): Denial {
  const shown = keyId === undefined ? {} : { unverifiedKeyId: showUnverified(keyId) }
  switch (answer) {
    case 'unavailable':
      return { reason: 'keys_unavailable', step: 'key' }
    case 'awaited':
      return { reason: 'keys_unavailable', step: 'key', cause: 'unknown_kid', ...shown }
    case 'unknown':
      return { reason: 'key_unknown', step: 'key', unverifiedAlgorithm: showUnverified(algorithm), ...shown }
  }
}

function secretHint({ payload }: UnverifiedToken, { tokenKinds }: Issuer): string {
  return findOtherKind(payload, tokenKinds) === undefined ? SHARED_SECRET : NOT_AN_ACCESS_TOKEN
}

function readClaimsOf(claims: Claims, type: string | undefined, issuer: Issuer, validity: Validity): Verified {
  const read = readTokenClaims(claims, type, issuer)
  return read.ok
    ? { ok: true, token: { ...read.claims, issuer, validity, claims } }
    : { ok: false, denial: read.denial, issuer, refusedClaims: claims }
}

/** Among issuers that share an `iss`, the refusal that says most: missing keys might have verified the token. */
function nearest(refusals: readonly Denial[]): Denial {
  return refusals.reduce((nearer, next) => (rank(next) < rank(nearer) ? next : nearer))
}

function rank({ reason }: Denial): number {
  return ['keys_unavailable', 'signature_invalid', 'key_unknown', 'algorithm_not_allowed'].indexOf(reason)
}

function untrusted(unverified: UnverifiedToken, issuers: readonly Issuer[]): Denial {
  const denial = { reason: 'issuer_untrusted', step: 'issuer' } as const
  const sent = unverified.issuer
  if (sent === undefined) return { ...denial, hint: 'the token has no iss claim' }
  const unverifiedIssuer = showUnverified(sent)
  for (const { name, issuer } of issuers) {
    const difference = onlyDifference(issuer, sent)
    if (difference === undefined) continue
    return { ...denial, unverifiedIssuer, hint: `differs from issuers.${name} only by ${difference}` }
  }
  return { ...denial, unverifiedIssuer }
}

function onlyDifference(configured: string, sent: string): string | undefined {
  // Each of these differences is short, and the claim may be as long as the token.
  if (Math.abs(configured.length - sent.length) > 1) return undefined
  if (`${configured}/` === sent || configured === `${sent}/`) return 'a trailing slash'
  if (configured.toLowerCase() === sent.toLowerCase()) return 'upper and lower case'
  if (configured.replace(/^https?:/, '') === sent.replace(/^https?:/, '')) return 'http against https'
  return undefined
}

function refused(denial: Denial): Signed {
  return { ok: false, denial }
}
