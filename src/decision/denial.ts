import type { Step } from './trace.ts'

/**
 * What a denial may say about what was seen, each of one type, so that log stores can index it. For the log and for
 * `explain`; it never reaches the client. Values named `unverified…` are the attacker's: escaped and cut.
 */
export const EVIDENCE = {
  /** What is wrong, in words. */
  problem: 'text',
  /** The usual mistake behind it, or what to do. */
  hint: 'text',
  expected: 'list',
  actual: 'list',
  missing: 'list',
  /** The claim that is meant. */
  claim: 'text',
  /** Which check of a proof (RFC 9449 §4.3). */
  check: 'text',
  /** Which revocation. */
  by: 'text',
  /** Why the client should just ask again. */
  cause: 'text',
  form: 'text',
  keyId: 'text',
  scheme: 'text',
  /** How many keys of the right type were not tried, as more fitted than may be. */
  leftOut: 'number',
  /** The largest value that passes, of the kind of the measured one. */
  limit: 'number',
  bytes: 'number',
  length: 'number',
  seconds: 'number',
  secondsAhead: 'number',
  secondsPast: 'number',
  /** Claims that ask for a check which is not made here; of an allow. */
  unchecked: 'list',
  unverifiedAlgorithm: 'text',
  unverifiedHeader: 'text',
  unverifiedIssuer: 'text',
  unverifiedKeyId: 'text',
  unverifiedMethod: 'text',
  unverifiedName: 'text',
  unverifiedOrigin: 'text',
  unverifiedRoute: 'text',
} as const satisfies Record<string, keyof EvidenceTypes>

interface EvidenceTypes {
  readonly text: string
  readonly number: number
  readonly list: readonly string[]
}

/** What was seen by the guard that refused. */
export type DenialEvidence = { readonly [Member in keyof typeof EVIDENCE]?: EvidenceTypes[(typeof EVIDENCE)[Member]] }

/** Why a request was refused, at which step, with what was seen there. */
export interface Denial extends DenialEvidence {
  readonly reason: Reason
  readonly step: Step
}

/** The evidence of a denial alone. */
export function evidenceOf({ reason: _, step: __, ...evidence }: Denial): DenialEvidence {
  return evidence
}

/**
 * Whether nothing is broken, and the client should just ask again: its token may be good, but what it says has to be
 * looked up, and others have looked up so much. Any client can cause that, so it is not an outage.
 */
export function isToRetry(denial: Denial): boolean {
  return denial.cause !== undefined
}

/** The stable string of a denial: metric label, log field, test name, docs heading. Renaming one breaks users. */
export type Reason = keyof typeof DENIALS

/** How one reason is answered and counted. */
export interface DenialRow {
  /** Who has to act: the client's login, the token's issuer, the operator's access rules, or the operator of the service. */
  readonly class: 'credentials' | 'token' | 'access' | 'service'
  readonly status: 400 | 401 | 403 | 413 | 500 | 503
  /** The `error` of RFC 6750 §3.1, RFC 9449 §7.1 or RFC 9470 §3; undefined: none on the wire. */
  readonly error:
    | 'invalid_request'
    | 'invalid_token'
    | 'insufficient_scope'
    | 'insufficient_user_authentication'
    | 'invalid_dpop_proof'
    | 'use_dpop_nonce'
    | undefined
  /** Whether the answer carries a WWW-Authenticate challenge. */
  readonly challenge: boolean
  /** True: part of every healthy login, so no reason to alert. */
  readonly expected: boolean
  /** Fixed text for body and `error_description`: no comma, quote or backslash, for clients that parse with regular expressions. */
  readonly message: string
}

const token = (message: string, expected = false): DenialRow => ({
  class: 'token',
  status: 401,
  error: 'invalid_token',
  challenge: true,
  expected,
  message,
})

const proof = (message: string): DenialRow => ({ ...token(message), error: 'invalid_dpop_proof' })

const access = (message: string, status: 400 | 403 | 413 = 403): DenialRow => ({
  class: 'access',
  status,
  error: undefined,
  challenge: false,
  expected: false,
  message,
})

const service = (status: DenialRow['status'], message: string): DenialRow => ({
  class: 'service',
  status,
  error: undefined,
  challenge: false,
  expected: false,
  message,
})

/**
 * Every reason and its answer. 400, 404 and 405 make MCP clients believe that they met an old server, so a bad token is
 * never one of these; a service fault is never an `invalid_token`, so that no client throws a good token away.
 */
export const DENIALS = {
  credentials_missing: {
    class: 'credentials',
    status: 401,
    error: undefined,
    challenge: true,
    expected: true,
    message: 'This resource requires a bearer token',
  },
  credentials_malformed: {
    class: 'credentials',
    status: 401,
    error: 'invalid_token',
    challenge: true,
    expected: false,
    message: 'The Authorization header must be Bearer followed by one token',
  },
  credentials_ambiguous: {
    class: 'credentials',
    status: 400,
    error: 'invalid_request',
    challenge: true,
    expected: false,
    message: 'The request contains more than one access token',
  },
  token_malformed: token('The access token is malformed'),
  token_too_large: token('The access token is too large'),
  token_opaque: token('The access token is not a signed JWT that this resource can read'),
  token_type_not_allowed: token('This type of token is not accepted here'),
  algorithm_not_allowed: token('The signature algorithm of the access token is not allowed'),
  issuer_untrusted: token('The issuer of the access token is not trusted here'),
  key_unknown: token('The issuer does not publish the key that signed the access token'),
  signature_invalid: token('The signature of the access token is invalid'),
  token_expired: token('The access token expired', true),
  token_not_yet_valid: token('The access token is not valid yet'),
  claim_invalid: token('The access token has a missing or malformed claim'),
  audience_mismatch: token('The access token was issued for another audience'),
  token_revoked: token('The access token was revoked'),
  token_bound: token('The access token is bound to a key and needs the scheme DPoP with a proof'),
  proof_missing: proof('This resource requires an access token with a DPoP proof'),
  proof_invalid: proof('The DPoP proof is invalid'),
  proof_replayed: proof('The DPoP proof was used before'),
  proof_nonce_required: { ...token('The DPoP proof needs a fresh nonce', true), error: 'use_dpop_nonce' },
  proof_key_mismatch: token('The access token is not bound to the key of the DPoP proof'),
  authentication_insufficient: {
    class: 'access',
    status: 401,
    error: 'insufficient_user_authentication',
    challenge: true,
    expected: true,
    message: 'The login behind the access token is not recent or strong enough',
  },
  scope_insufficient: {
    class: 'access',
    status: 403,
    error: 'insufficient_scope',
    challenge: true,
    expected: false,
    message: 'The access token lacks a required scope',
  },
  client_not_allowed: access('This client is not allowed here'),
  token_lifetime_exceeded: access('The lifetime of the access token is longer than allowed'),
  claim_not_allowed: access('A required claim of the access token is missing or has another value'),
  origin_not_allowed: access('Requests from this origin are not allowed'),
  identity_header_alias: access('The request has a header that could be mistaken for an identity header'),
  identity_too_large: access('The identity headers would be too large'),
  mcp_request_invalid: access('The MCP request body is malformed or ambiguous', 400),
  mcp_body_too_large: access('The MCP request body is larger than this resource accepts', 413),
  mcp_not_allowed: access('This MCP request is not allowed here'),
  forwarded_request_invalid: service(400, 'The forwarded request is incomplete or malformed'),
  route_unknown: service(403, 'No route is configured for this request'),
  route_mismatch: service(403, 'The request does not belong to this route'),
  keys_unavailable: service(503, 'The keys of the issuer are currently unavailable'),
  introspection_unavailable: service(503, 'Token introspection is currently unavailable'),
  internal_error: service(500, 'Internal error while evaluating the request'),
} as const satisfies Record<string, DenialRow>

/** The row of a reason. */
export function denialRow(reason: Reason): DenialRow {
  return DENIALS[reason]
}
