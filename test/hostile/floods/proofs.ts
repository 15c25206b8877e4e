import { generateKeyPairSync, hash, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto'

/** A token that is bound to a key, and what is sent as its proof. */
export interface Proven {
  readonly token: string
  readonly proof: string
}

type PublicMembers = Readonly<Record<string, string>>

/** In turn: a new key with all that belongs to it (passes), an RSA key too large to look at, one of the largest that is tried, and a proof two hours old. */
export function proofFlood(at: number, uri: string, mint: (cnf: { readonly jkt: string }) => string): Proven {
  const now = Math.floor(Date.now() / 1000)
  switch (at % 4) {
    case 1:
      return withRsa(16_384, uri, now, mint)
    case 2:
      return withRsa(4_096, uri, now, mint)
    default: {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519')
      const { kty = '', crv = '', x = '' } = publicKey.export({ format: 'jwk' })
      return proven({ crv, kty, x }, 'EdDSA', { uri, iat: at % 4 === 3 ? now - 7200 : now }, mint, privateKey)
    }
  }
}

/** A modulus without known factors, as it costs nothing to make; the signature is as long as a good one. */
function withRsa(bits: number, uri: string, iat: number, mint: (cnf: { readonly jkt: string }) => string): Proven {
  const modulus = randomBytes(bits / 8)
  modulus[0] = 0x80 | (modulus[0] ?? 0)
  modulus[modulus.length - 1] = 1 | (modulus.at(-1) ?? 0)
  return proven({ e: 'AQAB', kty: 'RSA', n: modulus.toString('base64url') }, 'RS256', { uri, iat }, mint, bits / 8)
}

/** `members`: the required ones in lexicographic order (RFC 7638 §3). `signer`: a key, or the bytes of a made-up signature. */
function proven(
  members: PublicMembers,
  alg: string,
  { uri, iat }: { readonly uri: string; readonly iat: number },
  mint: (cnf: { readonly jkt: string }) => string,
  signer: KeyObject | number,
): Proven {
  const token = mint({ jkt: hash('sha256', JSON.stringify(members), 'base64url') })
  const claims = { jti: randomUUID(), htm: 'GET', htu: uri, iat, ath: hash('sha256', token, 'base64url') }
  const parts = [{ typ: 'dpop+jwt', alg, jwk: members }, claims]
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = typeof signer === 'number' ? randomBytes(signer) : sign(null, Buffer.from(input), signer)
  return { token, proof: `${input}.${signature.toString('base64url')}` }
}
