import type { Denial } from '../denial.ts'
import type { Claims } from './claims.ts'
import { hintAt, isMissingValue } from './token-hint.ts'

/** What a token says before its signature is checked: good for choosing among configured keys, and for nothing else. */
export interface UnverifiedToken {
  readonly algorithm: string
  readonly keyId: string | undefined
  /** `typ` of the header, lower case, without `application/` (RFC 7515 §4.1.9), except for a plain JWT (RFC 7519 §5.1). */
  readonly type: string | undefined
  /** Undefined: absent, or not a text. */
  readonly issuer: string | undefined
  /** Whether there is an `iss` at all; null is none. */
  readonly hasIssuer: boolean
  /** To be read only after the signature held. */
  readonly payload: Claims
}

/** Header and payload of a JWS in compact form, as they were sent. */
export interface UnverifiedJws {
  readonly header: Header
  readonly payload: Claims
}

type ParsedJws = { readonly ok: true; readonly jws: UnverifiedJws } | { readonly ok: false; readonly problem: string }
type Parsed = { readonly ok: true; readonly token: UnverifiedToken } | { readonly ok: false; readonly denial: Denial }

const MAX_KEY_ID_CHARACTERS = 1024
/** Levels of objects and lists. A token has room for thousands, and so has an answer about one; writing them as JSON again would run out of stack. */
const MAX_DEPTH = 32
/** RFC 9110 §11.2; `b64token` in RFC 6750 §2.1. A signed token has a part of this alphabet. */
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/
const BASE64URL = /^[A-Za-z0-9_-]+$/
const SIGNED = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
/** How base64url of `{"` begins. Opaque tokens may have dots too (Google's do). */
const JSON_OBJECT = 'eyJ'
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const ENCRYPTED = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){4}$/

/** Reads a token, as strictly as `parseUnverifiedJws` does. */
export function parseUnverifiedToken(token: string): Parsed {
  if (!SIGNED.test(token)) return denied(unsigned(token))
  const parsed = parseSigned(token)
  if (!parsed.ok) return malformed(parsed.problem)
  const { header, payload } = parsed.jws
  const { alg, kid, typ } = header
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KEY_ID_CHARACTERS))
    return malformed('kid is not a short string')
  return {
    ok: true,
    token: {
      algorithm: alg,
      keyId: kid,
      type: comparableType(typ),
      issuer: typeof payload['iss'] === 'string' ? payload['iss'] : undefined,
      hasIssuer: (payload['iss'] ?? undefined) !== undefined,
      payload,
    },
  }
}

/**
 * Strict JWS compact syntax (RFC 7515 §7.1): three non-empty base64url segments without padding or white space, in
 * their one canonical spelling (else one signature would have several tokens), UTF-8 JSON objects without a BOM.
 * Critical extensions are refused as none is understood (§4.1.11), unencoded payloads as RFC 7797 §7 forbids them.
 */
export function parseUnverifiedJws(text: string): ParsedJws {
  return SIGNED.test(text) ? parseSigned(text) : unreadable(UNSIGNED)
}

const UNSIGNED = 'it does not have the three base64url segments of a signed JWT'

function parseSigned(text: string): ParsedJws {
  const [headerText, payloadText, signatureText] = text.split('.') as [string, string, string]
  if (!isCanonical(signatureText)) return unreadable('the signature is not canonical base64url')
  const header = parseSegment(headerText)
  if (header === undefined) return unreadable('the header is not a JSON object in canonical base64url')
  const payload = parseSegment(payloadText)
  if (payload === undefined) return unreadable('the payload is not a JSON object in canonical base64url')
  if (isTooDeep(header)) return unreadable('the header is nested too deep')
  if (isTooDeep(payload)) return unreadable('the payload is nested too deep')
  const { alg, typ, crit, b64 } = header
  if (typeof alg !== 'string') return unreadable('the header has no alg')
  if (crit !== undefined || b64 !== undefined)
    return unreadable('the header asks for an extension that is not supported')
  if (typ !== undefined && typeof typ !== 'string') return unreadable('typ is not a string')
  return { ok: true, jws: { header: header as Header, payload } }
}

/** `typ` for comparison: lower case, without `application/` (RFC 7515 §4.1.9), except for a plain JWT (RFC 7519 §5.1). */
export function comparableType(typ: string | undefined): string | undefined {
  return typ?.toLowerCase().replace(/^application\/(?!jwt$)/, '')
}

/**
 * Whether a token means nothing but to who made it: `b64token` characters (RFC 6750 §2.1), and no JWT, not even a broken
 * or an encrypted one. Only such a token may be looked up anywhere.
 */
export function isOpaque(token: string): boolean {
  if (!TOKEN68.test(token) || token.startsWith(JSON_OBJECT) || isMissingValue(token)) return false
  // A header may begin with a blank.
  const first = token.replace(/\..*$/s, '')
  return !BASE64URL.test(first) || parseSegment(first) === undefined
}

function unsigned(token: string): Denial {
  const hint = hintAt(token)
  const hinted = hint === undefined ? {} : { hint }
  if (!TOKEN68.test(token)) {
    const problem = 'the token has characters outside the token68 alphabet'
    return { reason: 'credentials_malformed', step: 'token', problem, ...hinted }
  }
  if (!token.startsWith(JSON_OBJECT)) return { reason: 'token_opaque', step: 'token', form: 'opaque', ...hinted }
  if (ENCRYPTED.test(token)) return { reason: 'token_opaque', step: 'token', form: 'encrypted' }
  return { reason: 'token_malformed', step: 'token', problem: UNSIGNED }
}

interface Header extends Claims {
  readonly alg: string
  readonly typ?: string
  readonly kid?: unknown
  readonly jwk?: unknown
}

interface SentHeader extends Claims {
  readonly alg?: unknown
  readonly typ?: unknown
  readonly crit?: unknown
  readonly b64?: unknown
}

function parseSegment(segment: string): SentHeader | undefined {
  if (!isCanonical(segment)) return undefined
  try {
    const value: unknown = JSON.parse(UTF8.decode(Buffer.from(segment, 'base64url')))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as SentHeader) : undefined
  } catch {
    return undefined
  }
}

/** Whether a value has more levels of objects and lists than anything that is kept here may have. */
export function isTooDeep(value: unknown): boolean {
  return isDeeperThan(value, MAX_DEPTH)
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1))
}

/** The last characters that leave no bit over, by how many are beyond the last four. One alone is not a byte. */
const LAST = ['', '', 'AQgw', 'AEIMQUYcgkosw048']

/** Whether base64url without padding is the one spelling of its bytes (RFC 4648 §3.5). */
function isCanonical(segment: string): boolean {
  const beyond = segment.length % 4
  return beyond === 0 || String(LAST[beyond]).includes(segment.slice(-1))
}

function unreadable(problem: string): ParsedJws {
  return { ok: false, problem }
}

function malformed(problem: string): Parsed {
  return denied({ reason: 'token_malformed', step: 'token', problem })
}

function denied(denial: Denial): Parsed {
  return { ok: false, denial }
}
