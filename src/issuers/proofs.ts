import { hash, type KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { ProofDeps } from '../decision/sender.ts'
import { importProofKey } from '../keys/proof-key.ts'

/** Clients whose keys are kept. A key of RSA with 4,096 bits takes about 2 KiB. */
const MAX_PROOF_KEYS = 2_000

/**
 * `importProofKey`, which keeps keys by their thumbprint: a client signs all its proofs with one key. The decision asks only
 * for keys that a verified token is bound to, so that clients cannot fill it with keys of their own making.
 */
export function createProofKeys(): ProofDeps['importKey'] {
  const known = new LRUCache<string, KeyObject>({ max: MAX_PROOF_KEYS })
  return (jwk) => {
    const kept = known.get(jwk.thumbprint)
    if (kept !== undefined) return kept
    const key = importProofKey(jwk)
    if (typeof key !== 'string') known.set(jwk.thumbprint, key)
    return key
  }
}

/** Proofs that are remembered, each by 43 characters and a number: at most about 15 MB. */
export const MAX_USED_PROOFS = 50_000

/**
 * Remembers the proofs of routes with `replay: refuse` until they are too old to pass (RFC 9449 §11.1), by a hash of key and
 * `jti`. Of this process only, and bounded: past the bound the least recently used is forgotten.
 */
export function createUsedProofs(): ProofDeps['useProof'] {
  // The library reserves room for `max` entries immediately; most processes never need it.
  let used: LRUCache<string, number> | undefined
  return (thumbprint, id, until, now) => {
    used ??= new LRUCache({ max: MAX_USED_PROOFS })
    const key = hash('sha256', `${thumbprint} ${id}`, 'base64url')
    const before = used.get(key)
    if (before !== undefined && before >= now) return true
    used.set(key, until)
    return false
  }
}
