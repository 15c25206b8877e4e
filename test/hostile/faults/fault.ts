import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Verdict } from '../../support/ask.ts'

/** One thing that breaks: what the page says about it, and how it is really done and looked at. */
export interface Fault {
  readonly name: string
  readonly clientsSee: string
  /** Metrics, and the alert where there is one. */
  readonly metricsSay: string
  readonly heals: string
  /** Whether this machine lets us do it; absent where every machine does. */
  readonly possible?: () => boolean
  /** Breaks it, asserts what clients and metrics say meanwhile, mends it and waits until all is well. */
  run(t: TestContext): Promise<Observed>
}

/** What a run saw, in the words of its own measurements. */
export interface Observed {
  /** Such as `held key 200, new key 503`. */
  readonly clients: string
  readonly metrics: string
  /** From the mending until everything was as before; undefined where nothing ever was otherwise. */
  readonly healedMs: number | undefined
}

/** Repeats a question until its answer is 200 and says how long that took; every answer before it must be `meanwhile`. */
export async function untilAllowed(
  ask: () => Promise<Verdict>,
  meanwhile: readonly number[],
  patience = 120_000,
): Promise<number> {
  const begin = performance.now()
  for (;;) {
    const { status, body } = await ask()
    const took = performance.now() - begin
    if (status === 200) return took
    assert.ok(meanwhile.includes(status), `${status} while it heals: ${body}`)
    assert.ok(took < patience, `not healed within ${patience / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A fault of ours as clients must see it: ask again soon, and no word that would make them throw a good token away. */
export function assertUnavailable(verdict: Verdict): void {
  assert.equal(verdict.status, 503, verdict.body)
  assert.equal(verdict.challenge, undefined, 'a challenge would start a login')
  assert.deepEqual(verdict.headers.get('x-forwardgate-reason'), ['keys_unavailable'])
  assert.deepEqual(verdict.headers.get('retry-after'), ['5'])
}
