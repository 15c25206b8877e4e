import type { KeyObject } from 'node:crypto'
import { algorithmFitsKey, isSameAlgorithm } from './algorithm-table.ts'

/** The most keys that one token is tried against; each costs a signature check. Real sets have up to 13 of one algorithm. */
export const MAX_CANDIDATES = 16

/** What selection looks at. */
export interface SelectableKey {
  readonly kid: string | undefined
  readonly alg: string | undefined
  readonly key: KeyObject
}

/**
 * The keys that may have signed a token with this header, none when none fits. A `kid` is compared whole and only with
 * the kids of the set; if no key of the set has one (PEM, secrets), it says nothing. Several keys may share a kid
 * while an issuer rolls over, so all of them are candidates (RFC 7517 §4.5). At most `MAX_CANDIDATES` of them may be tried.
 */
export function selectKeys<K extends SelectableKey>(
  keys: readonly K[],
  alg: string,
  kid: string | undefined,
): readonly K[] {
  const byKid = kid !== undefined && keys.some((key) => key.kid !== undefined)
  return keys.filter(
    (key) =>
      (!byKid || key.kid === kid) &&
      (key.alg === undefined || isSameAlgorithm(key.alg, alg)) &&
      algorithmFitsKey(alg, key.key),
  )
}
