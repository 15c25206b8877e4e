import { hash, randomBytes } from 'node:crypto'

/** By which secret scanners find a token that was committed somewhere. */
const STATIC_TOKEN_PREFIX = 'fwg_'

/** A new static token of 256 random bits, and the hash that a tokens file has of it. */
export function makeStaticToken(): { readonly token: string; readonly sha256: Buffer } {
  const token = `${STATIC_TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`
  return { token, sha256: hash('sha256', token, 'buffer') }
}
