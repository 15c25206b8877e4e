import type { Caller, DecisionRecord } from '../../telemetry/decision-record.ts'

/** A line of the decision log for a request that was refused, or would have been, and when it was written. */
export interface Refusal extends DecisionRecord {
  /** RFC 3339, UTC. */
  readonly time: string
  /** Lines like this one that were left out before it. */
  readonly suppressed?: number
}

/** Keeps the last refusals. */
export interface RecentRefusals {
  readonly add: (refusal: Refusal, caller: Caller) => void
  /** Newest first. */
  readonly read: () => readonly Refusal[]
}

/** How many refusals are kept, and how many of each kind of caller the other kind cannot push out. */
export const MAX_REFUSALS = 200
const MAX_RESERVED = MAX_REFUSALS / 2
/** A claim may be long; all that is kept together may not. */
const MAX_CHARACTERS = 1024 * 1024

interface Kept {
  readonly order: number
  readonly text: string
}

/**
 * Refusals of callers without a good signature are kept apart, so that strangers cannot push out what happened to clients.
 * Each is kept as text of its own: parts of the request, which records may refer to, are not held.
 */
export function createRecentRefusals(): RecentRefusals {
  const strangers: Kept[] = []
  const signed: Kept[] = []
  let added = 0
  let characters = 0

  const isFull = () => strangers.length + signed.length > MAX_REFUSALS || characters > MAX_CHARACTERS
  const dropOldest = (): void => {
    const from = strangers.length > MAX_RESERVED || signed.length === 0 ? strangers : signed
    characters -= from.shift()?.text.length ?? 0
  }
  return {
    add(refusal, caller) {
      const text = JSON.stringify(refusal)
      const kept = caller === 'unverified' ? strangers : signed
      kept.push({ order: added++, text })
      characters += text.length
      while (isFull()) dropOldest()
    },
    read: () =>
      [...strangers, ...signed].sort((one, other) => other.order - one.order).map(({ text }) => JSON.parse(text)),
  }
}
