import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { type ImportedKey, importOf, type KeyImport, noKey, refuseWeakRsa, type SkippedKey } from './jwk-import.ts'
import { MAX_CANDIDATES } from './key-selection.ts'

/**
 * Imports the public keys and certificates of a PEM file (RFC 7468). They have no kid, so each fits any token of its
 * type. One private key in the file refuses all of it: the operator should learn of it immediately.
 */
export function importPem(pem: string): KeyImport {
  const blocks = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)]
  if (blocks.length === 0) return noKey('not a PEM file: no -----BEGIN PUBLIC KEY----- or CERTIFICATE')
  if (blocks.some(([, label]) => label?.endsWith('PRIVATE KEY'))) {
    return noKey('holds a private key; only its public half belongs here (openssl pkey -in private.pem -pubout)')
  }
  const keys: ImportedKey[] = []
  const skipped: SkippedKey[] = []
  for (const [index, [text, label]] of blocks.entries()) {
    const key = importBlock(text, label ?? '')
    const refusal = typeof key === 'string' ? key : refuseCrowd(key, keys)
    if (typeof key === 'string' || refusal !== undefined)
      skipped.push({ kid: undefined, reason: `block ${index + 1}: ${refusal}` })
    else keys.push({ kid: undefined, alg: undefined, key })
  }
  return importOf(keys, skipped)
}

/** Makes a shared secret a key; it fits HS* and nothing else. RFC 7518 §3.2 wants 32 bytes at least. */
export function importSecret(secret: Buffer): KeyImport {
  if (secret.length < 32) return noKey(`the secret has ${secret.length} bytes, fewer than 32`)
  return { ok: true, keys: [{ kid: undefined, alg: undefined, key: createSecretKey(secret) }], skipped: [] }
}

function importBlock(text: string, label: string): KeyObject | string {
  if (label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY' && label !== 'CERTIFICATE')
    return `${label} is not a public key or certificate`
  let key: KeyObject
  try {
    key = createPublicKey(text)
  } catch {
    return `malformed ${label}`
  }
  const curve = key.asymmetricKeyDetails?.namedCurve
  const type = key.asymmetricKeyType
  if (type !== 'rsa' && type !== 'ed25519' && !(type === 'ec' && CURVES.has(curve ?? ''))) {
    return `a key of type ${type}${curve === undefined ? '' : ` on ${curve}`} is not one that we verify`
  }
  return refuseWeakRsa(key) ?? key
}

const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/** Without kids every key of a type is a candidate, and those past the bound would silently never be tried. */
function refuseCrowd(key: KeyObject, keys: readonly ImportedKey[]): string | undefined {
  const same = keys.filter((other) => typeOf(other.key) === typeOf(key)).length
  return same < MAX_CANDIDATES ? undefined : `more than ${MAX_CANDIDATES} keys of one type; use a JWK Set with kids`
}

function typeOf(key: KeyObject): string {
  return `${key.asymmetricKeyType} ${key.asymmetricKeyDetails?.namedCurve}`
}
