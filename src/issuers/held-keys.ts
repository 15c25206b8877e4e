import { createHash } from 'node:crypto'
import type { VerificationKey } from '../decision/token/keys.ts'
import type { ImportedKey } from '../keys/jwk-import.ts'

/** The keys of a set by what makes a key the same key; one object per key for as long as it stays in the set. */
export type HeldKeys = ReadonlyMap<string, VerificationKey>

/**
 * The next keys of a set. `isInForce` looks at the set, so that `live` is right at every moment: when keys leave, and when
 * they have been stale too long.
 */
export function holdKeys(
  imported: readonly ImportedKey[],
  before: HeldKeys,
  isInForce: (identity: string, key: VerificationKey) => boolean,
): HeldKeys {
  const held = new Map<string, VerificationKey>()
  for (const key of imported) {
    const identity = identify(key)
    held.set(identity, before.get(identity) ?? track(identity, key, isInForce))
  }
  return held
}

/** The `kid`s that these keys had and the next ones have not. */
export function withdrawnKids(before: HeldKeys, next: readonly ImportedKey[]): readonly string[] {
  const kept = new Set(next.map(({ kid }) => kid))
  return [...before.values()].flatMap(({ kid }) => (kid === undefined || kept.has(kid) ? [] : [kid]))
}

function track(
  identity: string,
  { kid, alg, key }: ImportedKey,
  isInForce: (identity: string, key: VerificationKey) => boolean,
): VerificationKey {
  const tracked: VerificationKey = {
    kid,
    alg,
    key,
    get live() {
      return isInForce(identity, tracked)
    },
  }
  return tracked
}

function identify({ kid, alg, key }: ImportedKey): string {
  const material = key.type === 'secret' ? key.export() : key.export({ type: 'spki', format: 'der' })
  return JSON.stringify([kid, alg, createHash('sha256').update(material).digest('base64url')])
}
