import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { algorithmFitsKey, isPublicKeyAlgorithm } from './algorithm-table.ts'
import { isJsonObject, type JsonObject } from './json-object.ts'

/** A key as its source gives it. */
export interface ImportedKey {
  readonly kid: string | undefined
  readonly alg: string | undefined
  readonly key: KeyObject
}

/** A key that is not used, and why. `kid` is escaped and capped, for logs. */
export interface SkippedKey {
  readonly kid: string | undefined
  readonly reason: string
}

/** At least one usable key, or why there is none. */
export type KeyImport =
  | { readonly ok: true; readonly keys: readonly ImportedKey[]; readonly skipped: readonly SkippedKey[] }
  | { readonly ok: false; readonly reason: string; readonly skipped: readonly SkippedKey[] }

/** Far above any real issuer; it bounds what one refresh and one look-up can cost. */
export const MAX_KEYS = 100

/**
 * Imports a JWK Set (RFC 7517 §5). A key that we cannot or must not use is skipped alone, with its reason, and never
 * costs the others. `uses`: what `use` may say, if anything. Shared secrets (`oct`) are never taken: with a public set as their source, any reader of it could sign HS256.
 */
export function importJwkSet(document: unknown, uses: readonly string[] = SIGNATURES): KeyImport {
  const list = isJsonObject(document) ? document['keys'] : undefined
  if (!Array.isArray(list)) return noKey('not a JWK Set: it has no array "keys"')
  if (list.length === 0) return noKey('the JWK Set is empty')
  const keys: ImportedKey[] = []
  const skipped: SkippedKey[] = []
  for (const entry of list.slice(0, MAX_KEYS) as readonly unknown[]) {
    const result = importJwk(entry, uses)
    if (typeof result === 'string') skipped.push({ kid: shownKid(entry), reason: result })
    else keys.push(result)
  }
  if (list.length > MAX_KEYS) {
    skipped.push({ kid: undefined, reason: `${list.length - MAX_KEYS} keys after the first ${MAX_KEYS} are ignored` })
  }
  return importOf(keys, skipped)
}

/** What became of the keys of a source. */
export function importOf(keys: readonly ImportedKey[], skipped: readonly SkippedKey[]): KeyImport {
  if (keys.length > 0) return { ok: true, keys, skipped }
  return { ok: false, reason: `no usable key: ${describeSkipped(skipped)}`, skipped }
}

/** A source without any key. */
export function noKey(reason: string): KeyImport {
  return { ok: false, reason, skipped: [] }
}

/** The skipped keys in one line, the first few of them. */
export function describeSkipped(skipped: readonly SkippedKey[]): string {
  const shown = skipped.slice(0, 3).map(({ kid, reason }) => (kid === undefined ? reason : `"${kid}": ${reason}`))
  if (skipped.length > shown.length) shown.push(`and ${skipped.length - shown.length} more`)
  return shown.join('; ')
}

/** The key, or the reason to skip it. A member that is null is absent: several servers write all that their format knows. */
function importJwk(entry: unknown, uses: readonly string[]): ImportedKey | string {
  if (!isJsonObject(entry)) return 'not an object'
  const jwk = withoutNulls(entry)
  const { kty, kid } = jwk
  if (kid !== undefined && typeof kid !== 'string') return 'kid is not a string'
  if (kty === 'oct') return 'a shared secret (oct) in a public set'
  if (hasPrivateMember(jwk)) return 'a private key: the issuer has published it, so any reader can sign with it'
  const purpose = readPurpose(jwk, uses)
  if (!purpose.ok) return purpose.reason
  const { alg } = purpose
  const members = publicMembers(jwk)
  if (typeof members === 'string') return members
  const key = importMembers(members)
  if (typeof key === 'string') return key
  if (alg !== undefined && !algorithmFitsKey(alg, key)) return `alg ${shown(alg)} does not fit the key`
  return { kid, alg, key }
}

/** Whether a JWK has a member that only a private or a shared key has (RFC 7518 §6), whatever its value. */
export function hasPrivateMember(jwk: JsonObject): boolean {
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))
}

type Purpose = { readonly ok: true; readonly alg: string | undefined } | { readonly ok: false; readonly reason: string }

/** The uses of keys that verify JWTs (RFC 7517 §4.2). */
const SIGNATURES = ['sig']
/** Those of a SPIFFE bundle: a key for X.509 certificates (`x509-svid`) verifies none. */
export const JWT_SVID_USES = ['jwt-svid', 'sig']

/** What a JWK says that it is for (RFC 7517 §4.2 to §4.4); refused unless signatures are verified with it. */
export function readPurpose(
  { use, key_ops: operations, alg }: JsonObject,
  uses: readonly string[] = SIGNATURES,
): Purpose {
  if (use !== undefined && !uses.some((one) => one === use))
    return { ok: false, reason: `use is ${shown(use)}, not "${uses[0]}"` }
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return { ok: false, reason: 'key_ops is without "verify"' }
  if (alg === undefined) return { ok: true, alg }
  if (typeof alg === 'string' && isPublicKeyAlgorithm(alg)) return { ok: true, alg }
  return { ok: false, reason: `alg ${shown(alg)} is not one that we verify` }
}

/** The key of these members, or why it is not used. */
export function importMembers(members: PublicMembers): KeyObject | string {
  try {
    const key = createPublicKey({ key: members as JsonWebKey, format: 'jwk' })
    return refuseWeakRsa(key) ?? key
  } catch {
    return 'malformed: not a key of its type'
  }
}

/**
 * Why an RSA key must not be used, or undefined; keys of another type pass. RFC 7518 §3.3 wants 2048 bits at least. An
 * exponent below 3 or an even one makes a signature that any client can forge (exponent 1: the signature is the message).
 */
export function refuseWeakRsa(key: KeyObject): string | undefined {
  if (key.asymmetricKeyType !== 'rsa') return undefined
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  const exponent = key.asymmetricKeyDetails?.publicExponent ?? 0n
  if (bits < 2048) return `RSA with ${bits} bits, fewer than 2048`
  if (bits > 16_384) return `RSA with ${bits} bits, more than OpenSSL verifies`
  if (exponent < 3n || exponent % 2n === 0n) return `RSA with the exponent ${exponent}`
  return undefined
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/** The members that make a public key, and no other: the input of its thumbprint (RFC 7638 §3.2). */
export type PublicMembers =
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
  | { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: string; readonly x: string }

/** Only what makes the public key, so that nothing else in the JWK can steer the import; or why there is no such key. */
export function publicMembers(jwk: JsonObject): PublicMembers | string {
  const { kty, crv, n, e, x, y } = jwk
  if (kty === 'RSA') return isText(n) && isText(e) ? { kty, n, e } : 'malformed: n or e is missing'
  if (kty === 'EC') {
    if (crv !== 'P-256' && crv !== 'P-384' && crv !== 'P-521') return `crv ${shown(crv)} is not one that we verify`
    return isText(x) && isText(y) ? { kty, crv, x, y } : 'malformed: x or y is missing'
  }
  if (kty === 'OKP') {
    if (crv !== 'Ed25519') return `crv ${shown(crv)} is not one that we verify`
    return isText(x) ? { kty, crv, x } : 'malformed: x is missing'
  }
  return `kty ${shown(kty)} is not one that we verify`
}

/** The members that are there: several servers write all that their format knows, and null for what a key does not have. */
export function withoutNulls(jwk: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(jwk).filter(([, value]) => value !== null))
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function shownKid(jwk: unknown): string | undefined {
  const kid = isJsonObject(jwk) ? jwk['kid'] : undefined
  if (kid === undefined || kid === null) return undefined
  // Without its quotes: what logs it adds them.
  return typeof kid === 'string' ? shown(kid).replace(/^"|"$/g, '') : shown(kid)
}

/** Escaped and capped: the value comes from outside and ends in a log. Lists and objects may be nested deeper than can be written. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isJsonObject(value)) return 'an object'
  const text = JSON.stringify(value) ?? 'missing'
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
