import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

/** Milliseconds between two fetches caused by an unknown `kid`; any client can make one up. */
const UNKNOWN_KID_COOLDOWN_MS = 10_000

/** Past it, the one that was not sent for longest is forgotten, and is new when it comes again. */
const MAX_KIDS = 10_000
const MAX_WITHDRAWN = 1_000

/**
 * What is known of the `kid`s that are not in a key set. Only a fetch that began after a `kid` was first seen shows
 * whether the issuer has its key; until then the token may be good, and the client must keep it. Such fetches are caused
 * once per cool-down, whatever tokens say, and within one cool-down of every new `kid`.
 */
export class UnknownKids {
  readonly #clock: Clock
  readonly #fetch: () => Promise<void>
  /** How many fetches had begun. The hash, as a `kid` may be as long as a token. */
  readonly #firstSeen = new LRUCache<string, number>({ max: MAX_KIDS })
  /** Kept apart: what strangers make up must not push out what the issuer said. */
  readonly #withdrawn = new LRUCache<string, true>({ max: MAX_WITHDRAWN })
  #begun = 0
  #answered = 0
  #newestSeen = -1
  #causedAt = Number.NEGATIVE_INFINITY
  #cancelTimer: (() => void) | undefined
  #closed = false

  /** `fetch`: begins a fetch, or joins the one in flight. */
  constructor(clock: Clock, fetch: () => Promise<void>) {
    this.#clock = clock
    this.#fetch = fetch
  }

  /** Whether a fetch has shown that the issuer has no key of this `kid`. Remembers a new one. */
  isAnswered(kid: string): boolean {
    const key = hash('sha256', kid, 'base64url')
    if (this.#withdrawn.has(key)) return true
    const seen = this.#firstSeen.get(key)
    if (seen !== undefined) return seen < this.#answered
    this.#firstSeen.set(key, this.#begun)
    this.#newestSeen = this.#begun
    return false
  }

  /** These `kid`s were in the set, and the newest fetch has shown that they are no longer. */
  withdraw(kids: Iterable<string>): void {
    for (const kid of kids) this.#withdrawn.set(hash('sha256', kid, 'base64url'), true)
  }

  /** Counts a fetch that begins, whatever caused it; to be called when it has ended well. */
  beginFetch(): () => void {
    this.#begun += 1
    const number = this.#begun
    return () => {
      this.#answered = number
    }
  }

  /** A fetch for an unknown `kid`; undefined: not before the cool-down is over. */
  fetchNow(): Promise<void> | undefined {
    if (this.#clock.now() - this.#causedAt < UNKNOWN_KID_COOLDOWN_MS) return undefined
    this.#causedAt = this.#clock.now()
    return this.#fetch()
  }

  /** Has a fetch begin when the cool-down is over, also when no request comes then. */
  fetchSoon(): void {
    if (this.#closed || this.#cancelTimer !== undefined) return
    const delay = Math.max(0, this.#causedAt + UNKNOWN_KID_COOLDOWN_MS - this.#clock.now())
    this.#cancelTimer = this.#clock.schedule(delay, () => {
      this.#cancelTimer = undefined
      if (this.#newestSeen < this.#answered) return
      // One that was in flight when a `kid` was first seen says nothing about it.
      void this.fetchNow()?.then(() => {
        if (this.#newestSeen >= this.#answered) this.fetchSoon()
      })
    })
  }

  /** No fetch begins by itself any more. */
  close(): void {
    this.#closed = true
    this.#cancelTimer?.()
  }
}
