import { type KeyObject, subtle, verify } from 'node:crypto'
import { compactVerify } from 'jose'

/** RSASSA-PKCS1-v1_5 (RFC 7518 §3.3), the algorithms of nearly every issuer, and their hashes. */
const PKCS1: ReadonlyMap<string, string> = new Map([
  ['RS256', 'sha256'],
  ['RS384', 'sha384'],
  ['RS512', 'sha512'],
])

/**
 * Whether this key signed this token with this algorithm; the syntax of the token and the fit of key and algorithm have
 * been checked. jose verifies by WebCrypto, whose way through the thread pool costs as much as an RSA signature check
 * itself: those are made here and now. For Ed25519 (RFC 8037) WebCrypto is asked directly, without reading the token again.
 */
export function signatureHolds(token: string, key: KeyObject, algorithm: string): boolean | Promise<boolean> {
  const hash = PKCS1.get(algorithm)
  if (hash !== undefined) return holdsByRsa(token, key, hash)
  const isEd25519 = (algorithm === 'EdDSA' || algorithm === 'Ed25519') && key.asymmetricKeyType === 'ed25519'
  return isEd25519 ? holdsByEd25519(token, key) : holdsByJose(token, key, algorithm)
}

/** What a signature is made over, and the signature. */
function partsOf(token: string): readonly [signed: Buffer, signature: Buffer] {
  const end = token.lastIndexOf('.')
  return [Buffer.from(token.slice(0, end), 'latin1'), Buffer.from(token.slice(end + 1), 'base64url')]
}

/** A signature of another length is false, too. */
function holdsByEd25519(token: string, key: KeyObject): Promise<boolean> {
  const [signed, signature] = partsOf(token)
  return subtle.verify('Ed25519', key.toCryptoKey('Ed25519', false, ['verify']), signature, signed)
}

function holdsByRsa(token: string, key: KeyObject, hash: string): boolean {
  const [signed, signature] = partsOf(token)
  // Of a key of type rsa, Node's padding is PKCS1 by default; if it is set, it takes half as long again.
  return verify(hash, signed, key, signature)
}

/** jose refuses a key that does not fit with TypeErrors and DOMExceptions of many kinds: none of them is an allow. */
async function holdsByJose(token: string, key: KeyObject, algorithm: string): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [algorithm] })
    return true
  } catch {
    return false
  }
}
