import type { KeyObject } from 'node:crypto'

/** Whether this JWS algorithm can be verified with this key: its type and its curve fit (RFC 7518 §3, RFC 8037 §3.1). */
export function algorithmFitsKey(alg: string, key: KeyObject): boolean {
  const row = ALGORITHMS.get(alg)
  if (row === undefined) return false
  if (row.type === 'secret') return key.type === 'secret'
  // A private key would verify too; here it can only be an accident.
  if (key.type !== 'public' || key.asymmetricKeyType !== row.type) return false
  return row.curve === undefined || key.asymmetricKeyDetails?.namedCurve === row.curve
}

/** Whether an algorithm is one that public keys verify; HS* and unknown names are not. */
export function isPublicKeyAlgorithm(alg: string): boolean {
  const row = ALGORITHMS.get(alg)
  return row !== undefined && row.type !== 'secret'
}

/** Whether two `alg` names mean the same algorithm: RFC 9864 renamed EdDSA with Ed25519 to Ed25519. */
export function isSameAlgorithm(left: string, right: string): boolean {
  return left === right || (isEd25519(left) && isEd25519(right))
}

interface Row {
  readonly type: 'rsa' | 'ec' | 'ed25519' | 'secret'
  /** OpenSSL's name of the curve. */
  readonly curve?: string
}

const ALGORITHMS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['RS256', { type: 'rsa' }],
  ['RS384', { type: 'rsa' }],
  ['RS512', { type: 'rsa' }],
  ['PS256', { type: 'rsa' }],
  ['PS384', { type: 'rsa' }],
  ['PS512', { type: 'rsa' }],
  ['ES256', { type: 'ec', curve: 'prime256v1' }],
  ['ES384', { type: 'ec', curve: 'secp384r1' }],
  ['ES512', { type: 'ec', curve: 'secp521r1' }],
  ['EdDSA', { type: 'ed25519' }],
  ['Ed25519', { type: 'ed25519' }],
  ['HS256', { type: 'secret' }],
  ['HS384', { type: 'secret' }],
  ['HS512', { type: 'secret' }],
])

/** JWS algorithms whose public key may be published. */
export const ASYMMETRIC_ALGORITHMS: readonly string[] = [...ALGORITHMS.keys()].filter(isPublicKeyAlgorithm)

/** JWS algorithms with a shared secret. */
export const SYMMETRIC_ALGORITHMS: readonly string[] = [...ALGORITHMS.keys()].filter(
  (alg) => !isPublicKeyAlgorithm(alg),
)

function isEd25519(alg: string): boolean {
  return alg === 'EdDSA' || alg === 'Ed25519'
}
