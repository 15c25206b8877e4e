import type { KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { type ImportProofKey, importProofKey } from '../keys/proof-key.ts'

/** Clients whose keys are kept. A key of RSA with 4,096 bits takes about 2 KiB. */
const MAX_PROOF_KEYS = 2_000

/**
 * `importProofKey`, which keeps keys by their thumbprint: a client signs all its proofs with one key. The decision asks only
 * for keys that a verified token is bound to, so that clients cannot fill it with keys of their own making.
 */
export function createProofKeys(): ImportProofKey {
  const known = new LRUCache<string, KeyObject>({ max: MAX_PROOF_KEYS })
  return (jwk) => {
    const kept = known.get(jwk.thumbprint)
    if (kept !== undefined) return kept
    const key = importProofKey(jwk)
    if (typeof key !== 'string') known.set(jwk.thumbprint, key)
    return key
  }
}
