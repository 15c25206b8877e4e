import type { KeyAnswer, VerificationKey } from '../decision/token/keys.ts'
import type { IssuerStatus } from '../documents/issuer-status.ts'
import { isPublicKeyAlgorithm } from '../keys/algorithm-table.ts'
import type { JsonObject } from '../keys/json-object.ts'
import type { ImportedKey, SkippedKey } from '../keys/jwk-import.ts'
import { selectKeys } from '../keys/key-selection.ts'
import { type Clock, freshFor, refreshDelay, retryDelay, settledWithin } from './clock.ts'
import { type HeldKeys, holdKeys, withdrawnKids } from './held-keys.ts'
import type { KeyedIssuer } from './issuer-fetch.ts'
import { createKeyReader, type KeyReading, readLocalKeys } from './key-reader.ts'
import { UnknownKids } from './unknown-kids.ts'

export interface KeySetDeps {
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** At least 0, below 1: spreads the refreshes of several replicas. */
  readonly random: () => number
  /** Called after every reading of keys, the first one included. */
  readonly onRefresh: (event: RefreshEvent) => void
}

/** How one reading of an issuer's keys ended. `keys`: how many can be used now. */
export type RefreshEvent = {
  readonly issuer: string
  readonly keys: number
  readonly skipped: readonly SkippedKey[]
} & ({ readonly outcome: 'success' } | { readonly outcome: 'failure'; readonly reason: string })

/** The longest that a request waits for keys, in milliseconds. */
export const MAX_WAIT_MS = 5_000

/** Requests that wait for the key of an unknown `kid`; any client can make one up, and each costs memory while it waits. */
export const MAX_WAITING = 500

/**
 * The keys of one issuer, kept fresh in the background so that requests do not wait. While they cannot be refreshed the
 * last good ones stay in use for `maxStale`; keys that leave the set stop immediately. What tokens say can cause one fetch
 * per cool-down at most, by naming a `kid` that is not in the set; until it ends such a token is neither good nor bad.
 */
export class KeySet {
  readonly issuer: KeyedIssuer
  readonly #ports: KeySetDeps
  readonly #closing = new AbortController()
  readonly #local: KeyReading | undefined
  readonly #read: () => Promise<KeyReading>
  #held: HeldKeys = new Map()
  #document: JsonObject | undefined
  #confirmedAt: number | undefined
  #freshUntil = Number.NEGATIVE_INFINITY
  readonly #unknownKids: UnknownKids
  #waiting = 0
  #failures = 0
  #lastFailure: string | undefined
  #tried = false
  #flight: Promise<void> | undefined
  #cancelTimer = () => {}

  /** `predecessor`: a set with the same source, whose keys stay in use until this one has its own. */
  constructor(issuer: KeyedIssuer, ports: KeySetDeps, predecessor?: KeySet) {
    this.issuer = issuer
    this.#ports = ports
    this.#unknownKids = new UnknownKids(ports.clock, () => this.#refresh())
    this.#local = readLocalKeys(issuer)
    this.#read = createKeyReader(issuer, { fetch: ports.fetch, clock: ports.clock, signal: this.#closing.signal })
    if (predecessor === undefined) return
    this.#held = this.#hold([...predecessor.#held.values()])
    this.#document = predecessor.#document
    this.#confirmedAt = predecessor.#confirmedAt
    this.#freshUntil = predecessor.#freshUntil
    this.#lastFailure = predecessor.#lastFailure
    this.#tried = predecessor.#tried
  }

  /** Gets the first keys and keeps them fresh from then on. Resolves when the first attempt has ended, well or not. */
  start(): Promise<void> {
    if (this.#local === undefined) return this.#refresh()
    this.#take(this.#local)
    return Promise.resolve()
  }

  /** Stops fetching. The keys at hand still answer requests under way. */
  close(): void {
    this.#cancelTimer()
    this.#unknownKids.close()
    this.#closing.abort()
  }

  /** The issuer's metadata as it was read last; while it cannot be read, the last one is kept. Undefined without discovery. */
  get document(): JsonObject | undefined {
    return this.#document
  }

  get closed(): boolean {
    return this.#closing.signal.aborted
  }

  /** The keys that fit a header; a promise only while the first keys, or those behind an unknown `kid`, are under way. */
  find(alg: string, kid: string | undefined): KeyAnswer | Promise<KeyAnswer> {
    if (!this.#tried && this.#flight !== undefined) return this.#findLater(alg, kid)
    if (!this.#isUsable()) {
      // Not waited for: while an issuer hangs, every request would hang with it.
      if (this.#mayAskFor(alg, kid)) void this.#nextFlight()
      return 'unavailable'
    }
    const selected = this.#select(alg, kid)
    if (selected.length > 0) return selected
    return this.#mayAskFor(alg, kid) ? this.#findUnknown(alg, kid) : 'unknown'
  }

  status(): Omit<IssuerStatus, 'registration'> {
    const age = this.#confirmedAt === undefined ? undefined : this.#ports.clock.now() - this.#confirmedAt
    const validFor = this.#freshUntil + this.issuer.maxStale * 1000 - this.#ports.clock.now()
    return {
      name: this.issuer.name,
      keys: this.#isUsable() ? this.#held.size : 0,
      ageSeconds: age === undefined ? undefined : this.#local === undefined ? age / 1000 : 0,
      validForSeconds: Number.isFinite(validFor) ? validFor / 1000 : undefined,
      tried: this.#tried,
      lastError: this.#lastFailure,
    }
  }

  #findUnknown(alg: string, kid: string): KeyAnswer | Promise<KeyAnswer> {
    const answered = this.#unknownKids.isAnswered(kid)
    if (this.#waiting < MAX_WAITING) return this.#findLater(alg, kid)
    return answered ? 'unknown' : 'awaited'
  }

  async #findLater(alg: string, kid: string | undefined): Promise<KeyAnswer> {
    this.#waiting++
    try {
      return await this.#findAfterFetch(alg, kid)
    } finally {
      this.#waiting--
    }
  }

  async #findAfterFetch(alg: string, kid: string | undefined): Promise<KeyAnswer> {
    const { clock } = this.#ports
    const deadline = clock.now() + MAX_WAIT_MS
    // A fetch under way may have left before the issuer published the key; then it is followed by one of our own.
    for (let flight = this.#nextFlight(); flight !== undefined; flight = this.#nextFlight()) {
      if (!(await settledWithin(clock, deadline - clock.now(), flight))) return 'unavailable'
      if (!this.#isUsable()) return 'unavailable'
      const selected = this.#select(alg, kid)
      if (selected.length > 0) return selected
      if (!this.#mayAskFor(alg, kid)) return 'unknown'
    }
    if (this.#lastFailure !== undefined) return 'unavailable'
    if (kid === undefined || this.#unknownKids.isAnswered(kid)) return 'unknown'
    this.#unknownKids.fetchSoon()
    return 'awaited'
  }

  /** The fetch in flight, else one for an unknown kid, else undefined: not before the cool-down is over. */
  #nextFlight(): Promise<void> | undefined {
    return this.#flight ?? this.#unknownKids.fetchNow()
  }

  /** Whether a newer set could hold what this header asks for, and the set at hand does not. */
  #mayAskFor(alg: string, kid: string | undefined): kid is string {
    if (this.#local !== undefined || kid === undefined || !isPublicKeyAlgorithm(alg)) return false
    return !this.#isUsable() || ![...this.#held.values()].some((key) => key.kid === kid)
  }

  #select(alg: string, kid: string | undefined): readonly VerificationKey[] {
    return selectKeys([...this.#held.values()], alg, kid)
  }

  #isUsable(): boolean {
    return this.#ports.clock.now() <= this.#freshUntil + this.issuer.maxStale * 1000
  }

  /** Joins the fetch in flight, or starts one. Never rejects. */
  #refresh(): Promise<void> {
    this.#cancelTimer()
    this.#flight ??= this.#fly().finally(() => {
      this.#flight = undefined
    })
    return this.#flight
  }

  async #fly(): Promise<void> {
    const answered = this.#unknownKids.beginFetch()
    const reading = await this.#read().catch(
      (bug: unknown): KeyReading => ({ ok: false, reason: `unexpected: ${String(bug)}`, skipped: [] }),
    )
    if (this.closed) return
    if (reading.ok) answered()
    this.#take(reading)
  }

  #take(reading: KeyReading): void {
    const { clock, random, onRefresh } = this.#ports
    this.#tried = true
    this.#document = reading.document ?? this.#document
    if (reading.ok) {
      const fresh = freshFor(reading.maxAge)
      this.#failures = 0
      this.#lastFailure = undefined
      this.#confirmedAt = clock.now()
      this.#freshUntil = this.#local === undefined ? clock.now() + fresh : Number.POSITIVE_INFINITY
      this.#unknownKids.withdraw(withdrawnKids(this.#held, reading.keys))
      this.#held = this.#hold(reading.keys)
      this.#schedule(refreshDelay(fresh, random))
    } else {
      this.#failures++
      this.#lastFailure = reading.reason
      this.#schedule(retryDelay(this.#failures, random))
    }
    const event = { issuer: this.issuer.name, keys: this.status().keys, skipped: reading.skipped }
    try {
      onRefresh(
        reading.ok ? { ...event, outcome: 'success' } : { ...event, outcome: 'failure', reason: reading.reason },
      )
    } catch {
      // A broken listener must not cost the requests that wait for these keys.
    }
  }

  #schedule(delay: number): void {
    if (this.#local === undefined) this.#cancelTimer = this.#ports.clock.schedule(delay, () => void this.#refresh())
  }

  #hold(imported: readonly ImportedKey[]): HeldKeys {
    const inForce = (identity: string, key: VerificationKey) => this.#held.get(identity) === key && this.#isUsable()
    return holdKeys(imported, this.#held, inForce)
  }
}
