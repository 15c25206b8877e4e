import { Counter, collectDefaultMetrics, Gauge, type Histogram, type MetricValueWithName, Registry } from 'prom-client'
import { type Buckets, createBuckets } from './buckets.ts'
import { createTally, type Tally } from './tally.ts'

/** One series of a metric: its value, and a value for each label. */
export type Sample = readonly [value: number, ...labels: readonly string[]]

/**
 * What Prometheus scrapes. Names are given without their prefix. What is counted is a plain number, state is read at the
 * scrape; the library sees both only then.
 */
export interface Exposition {
  /** `current`: the values that the first label may have now; series with others are dropped. */
  counter(name: string, help: string, labels: readonly string[], current?: () => ReadonlySet<string>): Tally
  /** A counter that is kept elsewhere. */
  total(name: string, help: string, read: () => number): void
  gauge(name: string, help: string, labels: readonly string[], read: () => readonly Sample[]): void
  /** A histogram for each value of its one label. */
  histograms<V extends string>(
    name: string,
    help: string,
    bounds: readonly number[],
    label: string,
    values: readonly V[],
  ): Readonly<Record<V, Buckets>>
  /** In the Prometheus text format. */
  readonly expose: () => Promise<string>
}

const PREFIX = 'forwardgate_'

/** The one place that knows prom-client. The registry is our own, with the usual metrics of the process. */
export function createExposition(): Exposition {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const common = (name: string, help: string) => ({ name: PREFIX + name, help, registers: [registry] })
  return {
    counter(name, help, labelNames, current) {
      const tally = createTally()
      new Counter({
        ...common(name, help),
        labelNames,
        collect() {
          this.reset()
          if (current !== undefined) tally.keep(current())
          for (const { values, count } of tally.series()) this.inc(labelled(labelNames, values), count)
        },
      })
      return tally
    },
    total(name, help, read) {
      new Counter({
        ...common(name, help),
        collect() {
          this.reset()
          this.inc(read())
        },
      })
    },
    gauge(name, help, labelNames, read) {
      new Gauge({
        ...common(name, help),
        labelNames,
        collect() {
          this.reset()
          // Without labels, a reset leaves a 0.
          if (labelNames.length === 0) this.remove()
          for (const [value, ...labels] of read()) this.set(labelled(labelNames, labels), value)
        },
      })
    },
    histograms(name, help, bounds, label, values) {
      const series = Object.fromEntries(values.map((value) => [value, createBuckets(bounds)]))
      exposeBuckets(registry, PREFIX + name, help, bounds, label, series)
      return series as Record<(typeof values)[number], Buckets>
    },
    expose: () => registry.metrics(),
  }
}

/**
 * A histogram kept as plain numbers: the library's own `observe` costs 0.6 us more for each decision, and it has no way to
 * set a bucket. What its registry needs at the scrape is `get`; its types want a whole Histogram.
 */
function exposeBuckets(
  registry: Registry,
  name: string,
  help: string,
  bounds: readonly number[],
  label: string,
  series: Readonly<Record<string, Buckets>>,
): void {
  const values = (): MetricValueWithName<string>[] =>
    Object.entries(series).flatMap(([labelValue, buckets]) => {
      if (buckets.count() === 0) return []
      const labels = { [label]: labelValue }
      const counts = [...buckets.cumulated(), buckets.count()]
      return [
        ...[...bounds, '+Inf'].map((le, at) => ({
          metricName: `${name}_bucket`,
          labels: { le, ...labels },
          value: counts[at] ?? 0,
        })),
        { metricName: `${name}_sum`, labels, value: buckets.sum() },
        { metricName: `${name}_count`, labels, value: buckets.count() },
      ]
    })
  const get = async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: values() })
  registry.registerMetric({ name, get } as unknown as Histogram)
}

function labelled(names: readonly string[], values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']))
}
