import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'

/** The algorithms that are measured, the usual three. */
export type Algorithm = 'RS256' | 'ES256' | 'EdDSA'

/** Who issues the tokens of a benchmark, and for what. */
export const ISSUER = 'https://id.example.com/application/o/mcp/'
export const AUDIENCE = 'https://api.example.com/mcp'
export const SCOPE = 'mcp:read'

/** An issuer's keys, one for each algorithm. */
export interface Keys {
  /** Its public keys as a JWK Set. */
  readonly jwks: { readonly keys: readonly object[] }
  /** A public key in PEM, for servers that read no JWK Set. */
  readonly pem: (algorithm: Algorithm) => string
  readonly mint: (algorithm: Algorithm, claims?: Readonly<Record<string, unknown>>) => Promise<string>
}

const signLater = promisify(sign) as (hash: string | null, data: Buffer, key: SignInput) => Promise<Buffer>

type SignInput = { readonly key: KeyObject; readonly dsaEncoding?: 'ieee-p1363' }

/** Makes keys: RSA with 2048 bits, P-256, Ed25519. */
export function makeKeys(): Keys {
  const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: generateKeyPairSync('ed25519'),
  }
  const algorithms = Object.keys(pairs) as Algorithm[]
  const keyId = (algorithm: Algorithm) => `bench-${algorithm.toLowerCase()}`
  return {
    jwks: {
      keys: algorithms.map((alg) => ({
        ...pairs[alg].publicKey.export({ format: 'jwk' }),
        kid: keyId(alg),
        alg,
        use: 'sig',
      })),
    },
    pem: (algorithm) => String(pairs[algorithm].publicKey.export({ type: 'spki', format: 'pem' })),
    mint: async (alg, claims = {}) => {
      const header = { alg, typ: 'at+jwt', kid: keyId(alg) }
      const signed = `${encode(header)}.${encode({ ...usualClaims(), ...claims })}`
      const key: SignInput = { key: pairs[alg].privateKey, dsaEncoding: 'ieee-p1363' }
      const signature = await signLater(alg === 'EdDSA' ? null : 'sha256', Buffer.from(signed), key)
      return `${signed}.${signature.toString('base64url')}`
    },
  }
}

/** The claims of a usual access token, different each time. With RS256 such a token has about 700 characters. */
export function usualClaims(): Readonly<Record<string, unknown>> {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: randomBytes(16).toString('hex'),
    client_id: 'claude',
    scope: `${SCOPE} mcp:tools profile`,
    iat: now,
    exp: now + 6 * 3600,
    jti: randomBytes(12).toString('hex'),
  }
}

/** The text of a part of a token. */
export function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
