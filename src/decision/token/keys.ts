import type { KeyObject } from 'node:crypto'
import type { Issuer } from '../../config/model-issuer.ts'

/** What vouches for a token, and for how long: a key of its issuer, a line of a tokens file, the issuer's own word. */
export interface Validity {
  /** Turns false when it ends; a token that rests on it then stops working, also in the cache. */
  readonly live: boolean
}

/** A public key (or shared secret) of one issuer, as the key set holds it. `live` until the key leaves its set. */
export interface VerificationKey extends Validity {
  readonly kid: string | undefined
  /** The `alg` that the JWK declares (RFC 7517 §4.4), if any. */
  readonly alg: string | undefined
  readonly key: KeyObject
}

/**
 * `unavailable`: the issuer's keys cannot be had now (a service fault). `unknown`: they can, and none fits. `awaited`: none
 * fits yet, and the `kid` is so new that only the next fetch can show whether one will.
 */
export type KeyAnswer = readonly VerificationKey[] | 'unavailable' | 'unknown' | 'awaited'

/**
 * What the decision needs from the key sets: the keys of this issuer, and of no other, that fit the header.
 * Answers synchronously when it can; a promise only when an unknown `kid` causes a fetch.
 */
export type FindKeys = (issuer: Issuer, alg: string, kid: string | undefined) => KeyAnswer | Promise<KeyAnswer>
