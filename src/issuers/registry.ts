import { isDeepStrictEqual } from 'node:util'
import type { Issuer } from '../config/model-issuer.ts'
import type { FindKeys } from '../decision/token/keys.ts'
import type { FindServerDocument } from '../documents/registration.ts'
import { settledWithin } from './clock.ts'
import type { KeyedIssuer } from './issuer-fetch.ts'
import { KeySet, type KeySetDeps } from './key-set.ts'

/** The key sets of one configuration. A request uses the registry that was opened for its configuration. */
export interface KeyRegistry {
  /** By the name of the issuer. */
  readonly keySets: ReadonlyMap<string, KeySet>
  /** Resolves when the first fetch of every new issuer has ended, well or not, after 5 s at the latest. */
  readonly ready: Promise<void>
  readonly findKeys: FindKeys
  readonly findDocument: FindServerDocument
  /** One per issuer, in the order of the configuration. */
  statuses(): readonly ReturnType<KeySet['status']>[]
  /**
   * Ends the key sets, except those that `heir` shares. After a swap: `old.close(next)`; when a swap is called off:
   * `next.close(old)`; at the end: `close()`.
   */
  close(heir?: KeyRegistry): void
}

/** The longest that a start or a reload waits for first keys, in milliseconds. */
const READY_WITHIN_MS = 5_000

/**
 * Opens the key sets of a configuration. An issuer whose keys come from where they came in `previous` keeps them and its
 * schedule: a reload while the issuer is down must cost nothing. The others are started. Static tokens have no keys.
 */
export function openRegistry(all: readonly Issuer[], ports: KeySetDeps, previous?: KeyRegistry): KeyRegistry {
  const issuers = all.filter(({ keys }) => keys.kind !== 'tokensFile')
  const configured: ReadonlySet<Issuer> = new Set(issuers)
  const keySets = new Map<string, KeySet>()
  const starts: Promise<void>[] = []
  for (const issuer of issuers) {
    const known = previous?.keySets.get(issuer.name)
    const sameSource = known !== undefined && !known.closed && hasSameSource(known.issuer, issuer)
    if (sameSource && known.issuer.maxStale === issuer.maxStale) {
      keySets.set(issuer.name, known)
      continue
    }
    // Raising maxStale while the issuer is down must not throw away the keys that it is about.
    const set = new KeySet(issuer, ports, sameSource ? known : undefined)
    keySets.set(issuer.name, set)
    starts.push(set.start())
  }
  return {
    keySets,
    ready: settledWithin(ports.clock, READY_WITHIN_MS, Promise.all(starts)).then(() => {}),
    findKeys(issuer, alg, kid) {
      const set = keySets.get(issuer.name)
      // An entry of another configuration may carry the same name: its tokens never meet these keys.
      if (set === undefined || !(configured.has(issuer) || hasSameSource(set.issuer, issuer))) return 'unavailable'
      return set.find(alg, kid)
    },
    findDocument: ({ name }) => keySets.get(name)?.document,
    statuses: () => [...keySets.values()].map((set) => set.status()),
    close(heir) {
      for (const [name, set] of keySets) if (heir?.keySets.get(name) !== set) set.close()
    },
  }
}

function hasSameSource(left: KeyedIssuer, right: KeyedIssuer): boolean {
  return (
    left.issuer === right.issuer &&
    left.spiffe === right.spiffe &&
    isDeepStrictEqual(left.keys, right.keys) &&
    isDeepStrictEqual(left.fetch, right.fetch)
  )
}
