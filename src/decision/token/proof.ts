import { hash } from 'node:crypto'
import { isSameAlgorithm } from '../../keys/algorithm-table.ts'
import { type ImportProofKey, proofKeyFits, readProofJwk } from '../../keys/proof-key.ts'
import { type HeaderField, SEVERAL } from '../request/header-fields.ts'
import { comparableUri } from '../request/target-uri.ts'
import { showUnverified } from '../show-unverified.ts'
import type { Claims } from './claims.ts'
import { signatureHolds } from './signature.ts'
import { comparableType, parseUnverifiedJws, type UnverifiedJws } from './unverified-token.ts'

/** Room for a key and a signature of RSA with 4,096 bits and a URI of 4,000 characters. */
export const MAX_PROOF_CHARACTERS = 8 * 1024
/** Longer than any identifier in use; what is remembered of it is a hash. */
const MAX_JTI_CHARACTERS = 256
/** For `exp` and `nbf`, which no proof needs to have. */
const TOLERANCE_SECONDS = 30

/** What a proof has to prove: that the holder of this key makes this request with this token now. */
export interface ProofDemand {
  readonly method: string
  /** The request's URI, in its comparable form; several if the proxy does not say which. */
  readonly uris: readonly string[]
  readonly token: string
  /** The thumbprint in the token's `cnf`. */
  readonly thumbprint: string
  readonly algorithms: readonly string[]
  readonly maxAgeSeconds: number
  /** Seconds since the epoch. */
  readonly now: number
  /** If a nonce is required: whether it is one of ours that is fresh. */
  readonly isFreshNonce?: (nonce: string) => boolean
}

/** The checks of RFC 9449 §4.3 by name, in its order. */
export type ProofCheck =
  | 'field'
  | 'syntax'
  | 'claims'
  | 'typ'
  | 'alg'
  | 'jwk'
  | 'signature'
  | 'htm'
  | 'htu'
  | 'nonce'
  | 'iat'
  | 'ath'
  | 'key'

/** The first check that failed. `actual` is what the client sent, escaped and cut; empty if it sent nothing. */
export interface ProofFault {
  readonly ok: false
  readonly check: ProofCheck
  readonly expected: readonly string[]
  readonly actual: readonly string[]
  readonly hint?: string
}

/** A proof that holds: what distinguishes it from another one, and until when it would hold (seconds). */
export interface Proof {
  readonly ok: true
  readonly id: string
  readonly until: number
}

/**
 * Judges the proof of one request by the twelve checks of RFC 9449 §4.3, in their order but for one: that the key is the
 * token's is found out as soon as the key is read, so that another key costs neither its import nor a signature check.
 * Nothing of a proof is kept.
 */
export async function judgeProof(
  sent: HeaderField,
  demand: ProofDemand,
  importKey: ImportProofKey,
): Promise<Proof | ProofFault> {
  if (sent === undefined || sent === SEVERAL) return fault('field', 'one DPoP field', sent && 'several')
  if (sent.length > MAX_PROOF_CHARACTERS) {
    return fault('syntax', `at most ${MAX_PROOF_CHARACTERS} characters`, `${sent.length} characters`)
  }
  const parsed = parseUnverifiedJws(sent)
  if (!parsed.ok) return fault('syntax', 'one signed JWT', parsed.problem)
  const { jws } = parsed
  const claims = readProofClaims(jws)
  if (!claims.ok) return claims
  return (
    checkType(jws) ??
    checkAlgorithm(jws, demand) ??
    (await checkKey(sent, jws, demand, importKey)) ??
    checkMethod(claims, demand) ??
    checkUri(claims, demand) ??
    checkNonce(jws, demand) ??
    checkTime(claims, demand) ??
    checkToken(claims, demand) ?? { ok: true, id: claims.jti, until: claims.iat + demand.maxAgeSeconds }
  )
}

type Checked = ProofFault | undefined

interface ProofClaims {
  readonly ok: true
  readonly jti: string
  readonly htm: string
  readonly htu: string
  readonly iat: number
  readonly ath: string
  readonly exp: number | undefined
  readonly nbf: number | undefined
}

/** Every claim of RFC 9449 §4.2 that a proof beside a token has, of its type. */
function readProofClaims({ payload }: UnverifiedJws): ProofClaims | ProofFault {
  const [jti, htm, htu, ath] = ['jti', 'htm', 'htu', 'ath'].map((name) => member(payload, name))
  const [iat, exp, nbf] = ['iat', 'exp', 'nbf'].map((name) => member(payload, name))
  if (!isText(jti) || jti.length > MAX_JTI_CHARACTERS) {
    return fault('claims', `jti of 1 to ${MAX_JTI_CHARACTERS} characters`, kindOf(jti))
  }
  if (!isText(htm)) return fault('claims', 'htm as a string', kindOf(htm))
  if (!isText(htu)) return fault('claims', 'htu as a string', kindOf(htu))
  if (!isTime(iat)) return fault('claims', 'iat as a number', kindOf(iat))
  if (!isText(ath)) return fault('claims', 'ath as a string', kindOf(ath))
  if (exp !== undefined && !isTime(exp)) return fault('claims', 'exp as a number or none', kindOf(exp))
  if (nbf !== undefined && !isTime(nbf)) return fault('claims', 'nbf as a number or none', kindOf(nbf))
  return { ok: true, jti, htm, htu, iat, ath, exp, nbf }
}

function checkType({ header }: UnverifiedJws): Checked {
  return comparableType(header.typ) === 'dpop+jwt' ? undefined : fault('typ', 'dpop+jwt', header.typ)
}

function checkAlgorithm({ header }: UnverifiedJws, { algorithms }: ProofDemand): Checked {
  const listed = algorithms.some((allowed) => isSameAlgorithm(allowed, header.alg))
  return listed ? undefined : fault('alg', algorithms, header.alg)
}

async function checkKey(
  sent: string,
  { header }: UnverifiedJws,
  { thumbprint }: ProofDemand,
  importKey: ImportProofKey,
): Promise<Checked> {
  const jwk = readProofJwk(header.jwk)
  if (typeof jwk === 'string') return fault('jwk', 'a public key', jwk)
  if (jwk.thumbprint !== thumbprint) return fault('key', thumbprint, jwk.thumbprint)
  const key = importKey(jwk)
  if (typeof key === 'string') return fault('jwk', 'a public key', key)
  if (!proofKeyFits(jwk, key, header.alg)) return fault('jwk', `a key for ${header.alg}`, 'a key of another type')
  return (await signatureHolds(sent, key, header.alg)) ? undefined : fault('signature', 'made with the key in jwk', '')
}

function checkMethod({ htm }: ProofClaims, { method }: ProofDemand): Checked {
  return htm === method ? undefined : fault('htm', method, htm)
}

function checkUri({ htu }: ProofClaims, { uris }: ProofDemand): Checked {
  const sent = comparableUri(htu)
  if (sent !== undefined && uris.includes(sent)) return undefined
  const hint = sent === undefined ? undefined : hintOf(sent, uris)
  return { ...fault('htu', uris, htu.replace(/[?#].*$/s, '')), ...(hint === undefined ? {} : { hint }) }
}

/** The usual mistakes in the setup of the proxy or the route, not of the client. */
function hintOf(sent: string, uris: readonly string[]): string | undefined {
  if (uris.length === 0) return 'no resource of the route has the forwarded host and port'
  const path = pathOf(sent)
  const ours = uris.map(pathOf)
  if (ours.includes(path)) return 'the resource of the route has another scheme, host or port'
  if (!ours.some((forwarded) => forwarded !== '/' && path.endsWith(forwarded))) return undefined
  return 'the proxy removes a prefix from the path before it asks; put the gate in front of StripPrefix'
}

function pathOf(uri: string): string {
  return uri.replace(/^[^:]+:\/\/[^/]*/, '')
}

function checkNonce({ payload }: UnverifiedJws, { isFreshNonce }: ProofDemand): Checked {
  if (isFreshNonce === undefined) return undefined
  const nonce = member(payload, 'nonce')
  if (typeof nonce === 'string' && isFreshNonce(nonce)) return undefined
  return fault('nonce', 'a fresh nonce of this server', nonce === undefined ? undefined : 'another or an expired one')
}

function checkTime({ iat, exp, nbf }: ProofClaims, { now, maxAgeSeconds }: ProofDemand): Checked {
  const window = `within ${maxAgeSeconds} s of ${Math.round(now)}`
  if (Math.abs(now - iat) > maxAgeSeconds) return fault('iat', window, String(iat))
  if (exp !== undefined && now >= exp + TOLERANCE_SECONDS) return fault('iat', 'exp in the future', String(exp))
  return nbf !== undefined && now < nbf - TOLERANCE_SECONDS ? fault('iat', 'nbf in the past', String(nbf)) : undefined
}

function checkToken({ ath }: ProofClaims, { token }: ProofDemand): Checked {
  const expected = hash('sha256', token, 'base64url')
  return ath === expected ? undefined : fault('ath', expected, ath)
}

function fault(check: ProofCheck, expected: string | readonly string[], sent: string | undefined): ProofFault {
  return {
    ok: false,
    check,
    expected: typeof expected === 'string' ? [expected] : expected,
    actual: sent === undefined || sent === '' ? [] : [showUnverified(sent)],
  }
}

/** Not as in the claims of a token: null is a value of the wrong type, as the client made this object for us. */
function member(payload: Claims, name: string): unknown {
  return Object.hasOwn(payload, name) ? payload[name] : undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function kindOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string') return `a string of ${value.length} characters`
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
}
