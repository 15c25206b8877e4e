import {
  constants,
  createHmac,
  generateKeyPair,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  type SignKeyObjectInput,
  sign,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { Issuer, KeySource } from '../../config/model-issuer.ts'
import { makeStaticToken } from '../token/static-token.ts'

/** A token, and the keys that verify it (or the tokens file that lists it) in the place of its issuer's. */
export interface StandInToken {
  readonly token: string
  readonly keys: KeySource
}

const generate = promisify(generateKeyPair) as (type: string, options: object) => Promise<KeyPairKeyObjectResult>

/** Quick ones first: an RSA key takes a tenth of a second. */
const PREFERRED = ['ES256', 'EdDSA', 'Ed25519', 'HS256', 'ES384', 'ES512', 'HS384', 'HS512', 'PS256', 'RS256']
const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }
const KID = 'stand-in'

/**
 * Makes tokens that an issuer could have made, with keys of its own, so that the signature and everything after it can
 * be judged without the issuer. `issuer` undefined: a token of no configured issuer.
 */
export class StandIn {
  readonly #keys = new Map<string, Promise<KeyPairKeyObjectResult>>()
  readonly #secret = randomBytes(64)

  /** `header` and `claims` as given; `alg`, `typ` and `kid` are added if the header does not have them. */
  async sign(
    issuer: Issuer | undefined,
    header: Readonly<Record<string, unknown>>,
    claims: Readonly<Record<string, unknown>>,
  ): Promise<StandInToken> {
    if (issuer?.keys.kind === 'tokensFile') {
      const { token, sha256 } = makeStaticToken()
      return { token, keys: { ...issuer.keys, tokens: [{ sha256, claims }] } }
    }
    const usable = PREFERRED.find((alg) => issuer?.algorithms.includes(alg)) ?? issuer?.algorithms[0] ?? 'ES256'
    const secret = issuer?.keys.kind === 'secretFile'
    const whole = { alg: usable, typ: issuer?.requireTyp ?? 'JWT', ...(secret ? {} : { kid: KID }), ...header }
    const alg = String(whole.alg)
    const input = [whole, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    if (/^HS(?:256|384|512)$/.test(alg)) {
      const signature = createHmac(`sha${alg.slice(2)}`, this.#secret)
        .update(input)
        .digest('base64url')
      return { token: `${input}.${signature}`, keys: { kind: 'secretFile', file: KID, secret: this.#secret } }
    }
    const pair = await this.#keyPair(alg)
    const signature = signWith(alg, pair.privateKey, input).toString('base64url')
    const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: whole.kid }
    return { token: `${input}.${signature}`, keys: { kind: 'jwksFile', file: KID, document: { keys: [jwk] } } }
  }

  #keyPair(alg: string): Promise<KeyPairKeyObjectResult> {
    const curve = CURVES[alg]
    const type = /^[RP]S(?:256|384|512)$/.test(alg) ? 'rsa' : curve === undefined ? 'ed25519' : 'ec'
    const kind = `${type} ${curve}`
    const known = this.#keys.get(kind)
    if (known !== undefined) return known
    const made = generate(type, { ...(curve === undefined ? {} : { namedCurve: curve }), modulusLength: 2048 })
    this.#keys.set(kind, made)
    return made
  }
}

/** A signature as JWS has it. An algorithm that no key has (`none`) gets some signature: it is refused before the signature is checked. */
export function signWith(alg: string, key: KeyObject, input: string): Buffer {
  if (key.asymmetricKeyType === 'ed25519') return sign(null, Buffer.from(input), key)
  const options: SignKeyObjectInput = { key, dsaEncoding: 'ieee-p1363' }
  if (alg.startsWith('PS'))
    Object.assign(options, { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST })
  return sign(`sha${alg.slice(2)}`, Buffer.from(input), options)
}
