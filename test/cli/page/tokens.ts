import { createPrivateKey, createPublicKey, sign } from 'node:crypto'

/** PKCS #8 around the 32 bytes of an Ed25519 key (RFC 8410 §7). The seed is public: Ed25519 signs the same way each time. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const KEY = createPrivateKey({
  key: Buffer.concat([PKCS8, Buffer.alloc(32, 'a key for transcripts')]),
  format: 'der',
  type: 'pkcs8',
})

/** The key set that verifies tokens of `transcriptToken`. */
export const TRANSCRIPT_KEYS = `${JSON.stringify({
  keys: [{ ...createPublicKey(KEY).export({ format: 'jwk' }), kid: 'key-1', alg: 'EdDSA' }],
})}\n`

/** A token that is the same in every run. */
export function transcriptToken(claims: object): string {
  const input = [{ alg: 'EdDSA', kid: 'key-1', typ: 'at+jwt' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${sign(null, Buffer.from(input), KEY).toString('base64url')}`
}
