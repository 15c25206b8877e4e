import { setImmediate } from 'node:timers/promises'

/** Work that can be interrupted wherever it yields; what it returns is the result. */
export type Steps<T> = Generator<void, T, void>

/** How long other work waits for a slice, in milliseconds. */
const SLICE_MS = 5

/** Does all of the work now. */
export function allAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Does the work in slices, between which requests are answered: a reload of 1,000 routes must not make them wait. */
export async function inSlices<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const end = performance.now() + SLICE_MS
    do {
      const step = steps.next()
      if (step.done === true) return step.value
    } while (performance.now() < end)
    await setImmediate()
  }
}
