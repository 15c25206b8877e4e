/** How many values fell into each of a histogram's buckets. */
export interface Buckets {
  readonly observe: (value: number) => void
  readonly count: () => number
  readonly sum: () => number
  /** For each bound, how many values are not above it. */
  readonly cumulated: () => readonly number[]
}

/** Counts values as plain numbers. `bounds` ascend. */
export function createBuckets(bounds: readonly number[]): Buckets {
  const counts = new Float64Array(bounds.length + 1)
  let sum = 0
  return {
    observe(value) {
      let at = 0
      while (value > (bounds[at] ?? Number.POSITIVE_INFINITY)) at++
      counts[at] = (counts[at] ?? 0) + 1
      sum += value
    },
    count: () => counts.reduce((total, count) => total + count, 0),
    sum: () => sum,
    cumulated() {
      let total = 0
      return bounds.map((_, at) => (total += counts[at] ?? 0))
    },
  }
}
