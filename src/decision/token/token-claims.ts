import type { Issuer } from '../../config/model-issuer.ts'
import { isJsonObject } from '../../keys/json-object.ts'
import type { Denial } from '../denial.ts'
import { type Claims, own } from './claims.ts'
import { findOtherKind } from './token-kind.ts'
import { type UncheckedClaim, uncheckedClaims } from './unchecked-claims.ts'

/** The claims that every decision needs, of the types that RFC 7519 §4.1 gives them. Times are seconds since the epoch. */
export interface TokenClaims {
  readonly expiresAt: number
  readonly notBefore: number | undefined
  readonly issuedAt: number | undefined
  readonly audience: readonly string[]
  readonly subject: string | undefined
  readonly tokenId: string | undefined
  /** Of every scope claim of the issuer, without repeats, in the token's order. */
  readonly scopes: readonly string[]
  /** Of the key that the token is bound to (`cnf.jkt`, RFC 9449 §6.1); undefined: it is a bearer token. */
  readonly keyThumbprint: string | undefined
  /** The first client claim that is present. */
  readonly client: string | undefined
  /** Every client claim that is present: a revoked client must not hide behind another claim. */
  readonly clients: readonly string[]
  /** Claims that ask for a check which is not made. */
  readonly unchecked: readonly UncheckedClaim[]
}

type Read = { readonly ok: true; readonly claims: TokenClaims } | { readonly ok: false; readonly denial: Denial }

const SHOWN_TYPES = ['JWT', 'at+jwt', 'none']
const ACCESS_TOKEN_TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'jwt', 'at+jwt'])
/** What a JWT-SVID may say as well (SPIFFE JWT-SVID §2.3). */
const SVID_TYPE = 'jose'
/** 100,000,000,000 s is the year 5138; as milliseconds it is 1973. */
const MAX_PLAUSIBLE_SECONDS = 1e11
/** True in many tokens without being a granted scope (OpenID Connect Core §5.1). */
const OTHER_BOOLEAN_CLAIMS: ReadonlySet<string> = new Set(['email_verified', 'phone_number_verified'])

/**
 * Type and shape of a verified token. Only an access token passes: absent, `JWT` or `at+jwt` as `typ` (RFC 9068 §4,
 * RFC 8725 §3.11), and no mark of another kind in the payload. `exp` is required. A `cnf` is refused unless it names a key
 * by its thumbprint: nothing here checks the proof that any other confirmation asks for (RFC 7800 §3.1).
 */
export function readTokenClaims(claims: Claims, type: string | undefined, issuer: Issuer): Read {
  const otherType = checkType(claims, type, issuer)
  if (otherType !== undefined) return { ok: false, denial: otherType }
  const invalid = checkShapes(claims, issuer)
  if (invalid !== undefined) return { ok: false, denial: { reason: 'claim_invalid', step: 'token claims', ...invalid } }
  const clients = issuer.clientClaims.map((name) => own(claims, name)).filter((value) => typeof value === 'string')
  return {
    ok: true,
    claims: {
      expiresAt: own(claims, 'exp') as number,
      notBefore: own(claims, 'nbf') as number | undefined,
      issuedAt: own(claims, 'iat') as number | undefined,
      audience: asList(own(claims, 'aud')),
      subject: own(claims, 'sub') as string | undefined,
      tokenId: own(claims, 'jti') as string | undefined,
      keyThumbprint: (own(claims, 'cnf') as Confirmation | undefined)?.jkt,
      scopes: readScopes(claims, issuer),
      client: clients[0],
      clients,
      unchecked: uncheckedClaims(claims),
    },
  }
}

function checkType(claims: Claims, type: string | undefined, issuer: Issuer): Denial | undefined {
  const { requireTyp, spiffe } = issuer
  const isSvid = spiffe !== undefined && type === SVID_TYPE
  const accepted = requireTyp === undefined ? ACCESS_TOKEN_TYPES.has(type) || isSvid : type === requireTyp
  if (!accepted) {
    const usual = spiffe === undefined ? SHOWN_TYPES : [...SHOWN_TYPES, 'JOSE']
    return wrongType(requireTyp === undefined ? usual : [requireTyp], type ?? 'none')
  }
  const mark = findOtherKind(claims, issuer.tokenKinds)
  if (mark === undefined) return undefined
  const expected = issuer.tokenKinds.includes('id') ? ['an access token', 'an ID token'] : ['an access token']
  return wrongType(expected, `${mark} in the payload`)
}

function wrongType(expected: readonly string[], actual: string): Denial {
  return { reason: 'token_type_not_allowed', step: 'token type', expected, actual: [actual] }
}

interface Invalid {
  readonly claim: string
  readonly problem: string
}

function checkShapes(claims: Claims, issuer: Issuer): Invalid | undefined {
  if (own(claims, 'exp') === undefined) return { claim: 'exp', problem: 'is missing' }
  for (const claim of ['exp', 'nbf', 'iat']) {
    const problem = problemOfTime(own(claims, claim))
    if (problem !== undefined) return { claim, problem }
  }
  for (const claim of ['sub', 'jti']) {
    if (!isAbsentOr(isString, own(claims, claim))) return { claim, problem: 'is not a string' }
  }
  for (const claim of ['aud', ...issuer.scopeClaims]) {
    if (!isAbsentOr(isStringOrStrings, own(claims, claim)))
      return { claim, problem: 'is neither a string nor a list of strings' }
  }
  for (const claim of issuer.clientClaims) {
    const value = own(claims, claim)
    if (value !== undefined && !isString(value)) return { claim, problem: 'is not a string' }
  }
  return checkTrustDomain(own(claims, 'sub'), issuer.spiffe) ?? checkConfirmation(own(claims, 'cnf'))
}

/** Segments of the path of a SPIFFE ID (SPIFFE-ID §2.2): neither empty nor dots alone. */
const WORKLOAD = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/
const MAX_SPIFFE_ID_BYTES = 2048

/** The keys of a trust domain vouch for its own workloads and for no others. */
function checkTrustDomain(subject: unknown, domain: string | undefined): Invalid | undefined {
  if (domain === undefined) return undefined
  const prefix = `spiffe://${domain}`
  const isOfDomain =
    isString(subject) &&
    subject.length <= MAX_SPIFFE_ID_BYTES &&
    subject.startsWith(prefix) &&
    WORKLOAD.test(subject.slice(prefix.length))
  return isOfDomain ? undefined : { claim: 'sub', problem: `is not a SPIFFE ID of the trust domain ${domain}` }
}

interface Confirmation {
  readonly jkt: string
}

/** Other ways to bind a token (RFC 7800 §3, RFC 8705 §3.1). Members that are none, as Keycloak's `kc-jkt-type`, are ignored. */
const OTHER_CONFIRMATIONS = ['x5t#S256', 'jwk', 'jwe', 'jku', 'kid']
/** SHA-256 as base64url. */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

/** What is wrong with the `cnf` of a token; undefined if there is none, or one that names a key by its thumbprint. */
export function checkConfirmation(cnf: unknown): Invalid | undefined {
  if (cnf === undefined) return undefined
  if (!isJsonObject(cnf)) return { claim: 'cnf', problem: 'is not an object' }
  const other = OTHER_CONFIRMATIONS.find((name) => (own(cnf, name) ?? undefined) !== undefined)
  if (other !== undefined) return { claim: 'cnf', problem: `binds the token by ${other}, which is not checked here` }
  const jkt = own(cnf, 'jkt')
  if (jkt === undefined || jkt === null) return { claim: 'cnf', problem: NOT_CHECKED }
  return isString(jkt) && THUMBPRINT.test(jkt)
    ? undefined
    : { claim: 'cnf', problem: 'has a jkt that is not a thumbprint' }
}

/** What is said of a token that is bound in a way that the route does not check. */
export const NOT_CHECKED = 'binds the token to a proof that is not checked here'

function problemOfTime(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'is not a finite number'
  if (value >= MAX_PLAUSIBLE_SECONDS) return 'is in milliseconds; a NumericDate counts seconds'
  return undefined
}

function readScopes(claims: Claims, issuer: Issuer): readonly string[] {
  const scopes = new Set<string>()
  for (const name of issuer.scopeClaims) {
    const value = own(claims, name)
    const listed = typeof value === 'string' ? value.split(' ') : asList(value)
    for (const scope of listed) if (scope !== '') scopes.add(scope)
  }
  if (issuer.booleanScopes) {
    for (const [name, value] of Object.entries(claims)) {
      if (value === true && !OTHER_BOOLEAN_CLAIMS.has(name)) scopes.add(name)
    }
  }
  return [...scopes]
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isStringOrStrings(value: unknown): value is string | readonly string[] {
  return isString(value) || (Array.isArray(value) && value.every(isString))
}

function isAbsentOr(is: (value: unknown) => boolean, value: unknown): boolean {
  return value === undefined || is(value)
}

/** `checkShapes` has seen to it that a list holds strings. */
function asList(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value
  return typeof value === 'string' ? [value] : []
}
