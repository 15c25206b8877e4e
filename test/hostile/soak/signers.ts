import type { FakeIssuer } from '../../support/fake-issuer.ts'
import type { SigningKey } from '../../support/fake-issuer-keys.ts'

/** A key from its publication to its withdrawal; times in milliseconds of the soak. */
export interface Signer {
  readonly key: SigningKey
  readonly publishedAt: number
  withdrawnAt: number | undefined
}

/** The keys of an issuer that rotates as real ones do: published a while before use, withdrawn a rotation after it. */
export interface Signers {
  rotate(now: number): Promise<void>
  /** The newest that was published long enough ago. */
  current(now: number): Signer
  /** The newest that was published before. */
  publishedBefore(time: number): Signer | undefined
  /** The last one that was withdrawn. */
  withdrawn(): Signer | undefined
}

/** From publication to first use: longer than an unknown kid may wait for its turn. */
const AHEAD_MS = 11_500
const PUBLISHED = 3

export function createSigners(issuer: FakeIssuer): Signers {
  const first = issuer.keys[0]
  if (first === undefined) throw new Error('the issuer has no key')
  const all: Signer[] = [{ key: first, publishedAt: Number.NEGATIVE_INFINITY, withdrawnAt: undefined }]
  return {
    async rotate(now) {
      await issuer.rotate({ keep: true })
      const [key] = issuer.keys
      if (key !== undefined) all.push({ key, publishedAt: now, withdrawnAt: undefined })
      const oldest = all.filter(({ withdrawnAt }) => withdrawnAt === undefined)
      if (oldest.length <= PUBLISHED || oldest[0] === undefined) return
      issuer.removeKey(oldest[0].key.kid)
      oldest[0].withdrawnAt = now
    },
    current: (now) => all.findLast(({ publishedAt }) => now - publishedAt >= AHEAD_MS) ?? (all[0] as Signer),
    publishedBefore: (time) => all.findLast(({ publishedAt }) => publishedAt < time),
    withdrawn: () => all.findLast(({ withdrawnAt }) => withdrawnAt !== undefined),
  }
}
