import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** Proofs that are remembered, each by 43 characters and a number: at most about 15 MB. */
export const MAX_USED_PROOFS = 50_000

/** Whether a proof was used before; if not, it is from now on. Times are seconds. */
export type UseProof = (thumbprint: string, id: string, until: number, now: number) => boolean

/**
 * Remembers the proofs of routes with `replay: refuse` until they are too old to pass (RFC 9449 §11.1), by a hash of key and
 * `jti`. Of this process only, and bounded: past the bound the least recently used is forgotten.
 */
export function createUsedProofs(): UseProof {
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
