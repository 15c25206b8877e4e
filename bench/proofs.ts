import { generateKeyPairSync, hash, type KeyObject, randomUUID, sign } from 'node:crypto'
import { encode } from './tokens.ts'

/** A client that binds its tokens to a key of its own (RFC 9449). */
export interface Client {
  /** For the claim `cnf` of its tokens. */
  readonly thumbprint: string
  /** Proofs for a request with this token, each another one. */
  readonly prove: (token: string, request: { readonly method: string; readonly uri: string }, count: number) => string[]
}

/** Makes a client's key, on P-256 or Ed25519. */
export function makeClient(alg: 'ES256' | 'EdDSA'): Client {
  const { privateKey, publicKey } =
    alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' })
  const jwk = alg === 'ES256' ? { crv, kty, x, y } : { crv, kty, x }
  return {
    thumbprint: hash('sha256', JSON.stringify(jwk), 'base64url'),
    prove: (token, { method, uri }, count) =>
      Array.from({ length: count }, () => {
        const ath = hash('sha256', token, 'base64url')
        const claims = { jti: randomUUID(), htm: method, htu: uri, iat: Math.floor(Date.now() / 1000), ath }
        const input = `${encode({ typ: 'dpop+jwt', alg, jwk })}.${encode(claims)}`
        return `${input}.${signature(alg, input, privateKey).toString('base64url')}`
      }),
  }
}

function signature(alg: 'ES256' | 'EdDSA', input: string, key: KeyObject): Buffer {
  return alg === 'EdDSA'
    ? sign(null, Buffer.from(input), key)
    : sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
}
