import type { LoadResult } from './load.ts'

/** Something that is measured again and again. */
export interface Series {
  readonly name: string
  readonly run: (seconds: number) => Promise<LoadResult>
  /** Whether the server has to refuse every request, or none. */
  readonly refuses: boolean
}

/** The medians of a series. */
export interface Measured {
  readonly name: string
  readonly perSecond: number
  readonly perCpuSecond: number
  readonly p50: number
  readonly p99: number
  /** By what the machine did beside, in the worst round that counted. */
  readonly disturbance: number
  readonly rounds: readonly LoadResult[]
}

/** How long and how often. */
export interface Effort {
  readonly rounds: number
  readonly seconds: number
}

/**
 * Runs all series in turn, then all again, so that a slow minute of the machine meets each of them alike. A first round
 * warms up and does not count. Throws when a server answers something else than it has to; of a rival's few lost requests it
 * only tells.
 */
export async function measure(series: readonly Series[], { rounds, seconds }: Effort): Promise<readonly Measured[]> {
  const results = new Map<string, LoadResult[]>()
  for (let round = -1; round < rounds; round++) {
    for (const { name, run, refuses } of series) {
      const result = await run(round < 0 ? 1 : seconds)
      const expected = refuses ? result.requests : 0
      const wrong = Math.abs(result.refused - expected)
      if (wrong > 0) {
        const what = `${name}: ${result.refused} of ${result.requests} requests were refused`
        if (name.startsWith('forwardgate') || wrong > result.requests * MOST_WRONG) throw new Error(what)
        console.error(what)
      }
      if (round >= 0) results.set(name, [...(results.get(name) ?? []), result])
    }
  }
  return series.map(({ name }) => summarise(name, results.get(name) ?? []))
}

/** A rival that loses one request in a thousand is still a rival; forwardgate may lose none. */
const MOST_WRONG = 0.001

function summarise(name: string, rounds: readonly LoadResult[]): Measured {
  const of = (read: (result: LoadResult) => number) => median(rounds.map(read))
  return {
    name,
    perSecond: of((result) => result.perSecond),
    perCpuSecond: of((result) => result.perCpuSecond),
    p50: of((result) => result.p50),
    p99: of((result) => result.p99),
    disturbance: of((result) => result.disturbance),
    rounds,
  }
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}

/** The median of what `a` came to beside `b` in the same round. */
export function ratio(
  a: Measured,
  b: Measured,
  read: (result: LoadResult) => number = (result) => result.perCpuSecond,
): number {
  return median(a.rounds.map((result, round) => read(result) / read(b.rounds[round] ?? result)))
}

/** A geometric mean, and the bounds between which it lies with 95 %. */
export interface Interval {
  readonly mean: number
  readonly from: number
  readonly to: number
}

/** What `a` came to in CPU beside `b` in the same round, over all rounds; Student's t of about fifteen of them. */
export function intervalOf(a: Measured, b: Measured): Interval {
  const logs = a.rounds.map((result, round) => Math.log(result.perCpuSecond / (b.rounds[round] ?? result).perCpuSecond))
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1)
  const half = 2.13 * Math.sqrt(variance / logs.length)
  return { mean: Math.exp(mean), from: Math.exp(mean - half), to: Math.exp(mean + half) }
}
