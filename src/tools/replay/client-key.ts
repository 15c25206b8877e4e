import { createPrivateKey, hash, type KeyObject, randomUUID } from 'node:crypto'
import { publicMembers } from '../../keys/jwk-import.ts'
import { thumbprintOf } from '../../keys/proof-key.ts'
import { signWith } from './stand-in-keys.ts'

/** The request that a proof is for. `now`: seconds since the epoch. */
export interface ProvenRequest {
  readonly method: string
  readonly uri: string
  readonly token: string
  readonly now: number
  readonly nonce?: string | undefined
}

/** The private key of a client that binds its tokens (RFC 9449). */
export interface ClientKey {
  /** What `cnf.jkt` of its tokens is. */
  readonly thumbprint: string
  /** A new proof by RFC 9449 §4.2. */
  readonly prove: (request: ProvenRequest) => string
}

/** Reads a private key, a JWK or PEM; a string says why it is not one. */
export function readClientKey(text: string): ClientKey | string {
  const key = readPrivateKey(text)
  const alg = key && algorithmOf(key)
  if (key === undefined || alg === undefined)
    return 'is not a private key as JWK or PEM: EC on P-256, P-384 or P-521, Ed25519, or RSA'
  const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' })
  const members = publicMembers({ kty, crv, x, y, n, e })
  if (typeof members === 'string') return members
  const header = { typ: 'dpop+jwt', alg, jwk: members }
  return {
    thumbprint: thumbprintOf(members),
    prove({ method, uri, token, now, nonce }) {
      const ath = hash('sha256', token, 'base64url')
      const claims = { jti: randomUUID(), htm: method, htu: uri, iat: Math.floor(now), ath, nonce }
      const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
      return `${input}.${signWith(alg, key, input).toString('base64url')}`
    },
  }
}

function readPrivateKey(text: string): KeyObject | undefined {
  try {
    return text.trimStart().startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
      : createPrivateKey(text)
  } catch {
    return undefined
  }
}

const OF_CURVE: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType === 'ec') return OF_CURVE[asymmetricKeyDetails?.namedCurve ?? '']
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  return asymmetricKeyType === 'rsa' ? 'RS256' : undefined
}
