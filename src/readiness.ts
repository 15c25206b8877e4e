import type { KeySource } from './config/model-issuer.ts'
import type { Readiness } from './documents/issuer-status.ts'
import type { Generation } from './generation.ts'
import type { Clock } from './issuers/clock.ts'

export interface ReadinessDeps {
  readonly clock: Clock
  /** Milliseconds for which a process without any keys waits for them; Infinity: until they come. */
  readonly readyWithoutKeys: number
  readonly generation: () => Pick<Generation, 'config' | 'issuers'>
  /** Seconds since the epoch. */
  readonly now: () => number
}

/** The longest that a process with the keys of some issuers waits for those of the others. */
const MAX_WAIT_FOR_OTHERS_MS = 60_000

/** A timer may fire a moment before the clock says so. */
const EARLY_TIMER_MS = 10

/** A source that needs the issuer: what is configured is there from the start. */
const IS_FETCHED: Readonly<Record<KeySource['kind'], boolean>> = {
  discovery: true,
  discoveryUri: true,
  jwksUri: true,
  jwksFile: false,
  publicKeyFile: false,
  secretFile: false,
  tokensFile: false,
}

/**
 * Decides when a process that starts is ready: with the first keys of every issuer that some route accepts, or when it has
 * waited long enough. A rollout so keeps the pods that hold good keys while the issuer is down. Once ready it stays so,
 * through any outage and any reload: taking this pod away would not bring the issuer back.
 */
export function createReadiness({ clock, readyWithoutKeys, generation, now }: ReadinessDeps) {
  const startedAt = clock.now()
  const waitForOthers = Math.min(MAX_WAIT_FOR_OTHERS_MS, readyWithoutKeys)
  let settled: Readiness | undefined

  const readiness = (): Readiness => {
    if (settled !== undefined) return settled
    const { awaited, missing } = firstKeys(generation())
    const limit = missing.length < awaited.length ? waitForOthers : readyWithoutKeys
    const left = startedAt + limit - clock.now()
    if (missing.length > 0 && left > 0) return { ready: false, missing, until: timeAt(now() + left / 1000) }
    settled = { ready: true, missing, until: undefined }
    return settled
  }
  return {
    readiness,
    /** Calls `look` whenever time alone may have made the process ready; the returned function ends that. */
    watch(look: () => void): () => void {
      const limits = [...new Set([waitForOthers, readyWithoutKeys])].filter(Number.isFinite)
      const cancels = limits.map((limit) => clock.schedule(startedAt + limit - clock.now() + EARLY_TIMER_MS, look))
      return () => {
        for (const cancel of cancels) cancel()
      }
    },
  }
}

/** The issuers whose first keys are awaited, and those of them that never had any. */
function firstKeys({ config, issuers }: Pick<Generation, 'config' | 'issuers'>) {
  const accepted = config.routes.flatMap(({ accept }) => accept.map(({ issuer }) => issuer))
  const awaited = [...new Set(accepted.filter(({ keys }) => IS_FETCHED[keys.kind]).map(({ name }) => name))]
  const had = new Set(issuers().flatMap(({ name, ageSeconds }) => (ageSeconds === undefined ? [] : [name])))
  return { awaited, missing: awaited.filter((name) => !had.has(name)) }
}

/** To the second; undefined for a time that never comes. */
function timeAt(seconds: number): string | undefined {
  if (!Number.isFinite(seconds)) return undefined
  return `${new Date(Math.round(seconds) * 1000).toISOString().slice(0, 19)}Z`
}
