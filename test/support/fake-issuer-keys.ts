import { createHmac, generateKeyPair, type KeyObject, randomUUID, sign } from 'node:crypto'
import { promisify } from 'node:util'

/** A key pair of an issuer that exists only in a test. */
export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** As a key set publishes it, with `kid`, `alg` and `use`. */
  readonly jwk: Record<string, unknown>
}

/** Makes a key pair for a JWS algorithm; kids are random unless given. */
export async function makeSigningKey(alg: string, kid: string = randomUUID()): Promise<SigningKey> {
  const { privateKey, publicKey } = await makePair(alg)
  return { kid, alg, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } }
}

/** Signs any header and any claims, also those that no library would. `alg` says how; the header may say otherwise. */
export function signToken(
  header: Readonly<Record<string, unknown>>,
  claims: unknown,
  alg: string,
  key: KeyObject | undefined,
): string {
  return signTexts(JSON.stringify(header), JSON.stringify(claims), alg, key)
}

/** The same for a header and a payload as they are written: repeated members, blanks, bytes that are not JSON. */
export function signTexts(
  header: string | Buffer,
  payload: string | Buffer,
  alg: string,
  key: KeyObject | undefined,
): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${key === undefined ? '' : signInput(input, alg, key).toString('base64url')}`
}

const generate = promisify(generateKeyPair)

function makePair(alg: string): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  if (alg === 'ES256') return generate('ec', { namedCurve: 'P-256' })
  if (alg === 'ES384') return generate('ec', { namedCurve: 'P-384' })
  if (alg === 'ES512') return generate('ec', { namedCurve: 'P-521' })
  if (alg === 'EdDSA' || alg === 'Ed25519') return generate('ed25519')
  if (/^[RP]S(256|384|512)$/.test(alg)) return generate('rsa', { modulusLength: 2048 })
  throw new Error(`no key pair for ${alg}`)
}

function signInput(input: string, alg: string, key: KeyObject): Buffer {
  const digest = `sha${alg.slice(-3)}`
  const data = Buffer.from(input)
  if (alg.startsWith('HS')) return createHmac(digest, key).update(data).digest()
  if (alg.startsWith('ES')) return sign(digest, data, { key, dsaEncoding: 'ieee-p1363' })
  if (alg.startsWith('PS')) return sign(digest, data, { key, padding: PSS_PADDING, saltLength: DIGEST_LENGTH })
  return alg.startsWith('RS') ? sign(digest, data, key) : sign(null, data, key)
}

/** `crypto.constants` RSA_PKCS1_PSS_PADDING and RSA_PSS_SALTLEN_DIGEST. */
const PSS_PADDING = 6
const DIGEST_LENGTH = -1

function encode(text: string | Buffer): string {
  return Buffer.from(text).toString('base64url')
}
