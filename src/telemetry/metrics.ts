import { Counter, collectDefaultMetrics, Gauge, type Histogram, type MetricValueWithName, Registry } from 'prom-client'
import type { Decision } from '../decision/decide.ts'
import { type Buckets, createBuckets } from './buckets.ts'
import { type Caller, decisionLabels, mcpLabels, NO_ISSUER, UNMATCHED } from './decision-record.ts'
import { createTally, type Tally } from './tally.ts'

/** State that is read when Prometheus scrapes, not before. */
export interface MetricsSources {
  readonly version: string
  readonly routes: () => readonly { readonly name: string; readonly mode: 'enforce' | 'observe' }[]
  readonly issuers: () => readonly {
    readonly name: string
    readonly keys: number
    readonly ageSeconds: number | undefined
    readonly registration?: 'waiting' | 'offered' | 'refused'
  }[]
  readonly tokenCacheEntries: () => number
  readonly lostLogLines: () => number
  /** Seconds since the epoch; undefined where the auth port speaks no TLS. */
  readonly certificateExpiresAt: () => number | undefined
}

/** The events that are counted. Counting is an addition to a plain number; the rest happens at the scrape. */
export interface Metrics {
  readonly decision: (decision: Decision, seconds: number) => void
  /** A call that the HTTP parser refused. */
  readonly unparsable: () => void
  /** A decision whose line is left out of the log. */
  readonly suppressedLogLine: (caller: Caller) => void
  readonly freshTokenDenial: (route: string, reason: string) => void
  readonly tokenCacheLookup: (result: string) => void
  readonly issuerRefresh: (issuer: string, outcome: 'success' | 'failure') => void
  readonly introspection: (issuer: string, outcome: 'active' | 'inactive' | 'failure' | 'not_asked') => void
  /** `at`: seconds since the epoch. */
  readonly configReload: (outcome: 'success' | 'failure', at: number) => void
  readonly metadataRequest: (route: string | undefined) => void
  readonly contentType: string
  readonly expose: () => Promise<string>
}

const BUCKETS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The one place that knows prom-client. Every label comes from configuration or code, so the number of series is bounded. */
export function createMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const tally = (name: string, help: string, labels: readonly string[], current?: () => ReadonlySet<string>) =>
    exposeTally(registry, `forwardgate_${name}`, help, labels, current)
  const knownRoute = () => new Set([UNMATCHED, ...sources.routes().map((route) => route.name)])
  const knownIssuer = () => new Set(sources.issuers().map((issuer) => issuer.name))

  const decisions = tally(
    'decisions_total',
    'Decisions by route, issuer, outcome and reason.',
    ['route', 'issuer', 'outcome', 'reason'],
    knownRoute,
  )
  const mcpRequests = tally(
    'mcp_requests_total',
    'MCP messages on routes that look at bodies, by method and by what became of the request.',
    ['route', 'mcp_method', 'outcome'],
    knownRoute,
  )
  const fresh = tally(
    'fresh_token_denials_total',
    'Verified tokens younger than 60 s that were refused: somebody whose login loops.',
    ['route', 'reason'],
    knownRoute,
  )
  const suppressed = tally('log_lines_suppressed_total', 'Decisions whose log lines were left out, by caller.', [
    'caller',
  ])
  const lookups = tally(
    'token_cache_lookups_total',
    'Token cache look-ups: hit, miss, or refused (a remembered bad signature).',
    ['result'],
  )
  const refreshes = tally(
    'issuer_refreshes_total',
    'Key refreshes by issuer and outcome.',
    ['issuer', 'outcome'],
    knownIssuer,
  )
  const introspections = tally(
    'introspections_total',
    'Questions to an issuer about opaque tokens, by issuer and outcome.',
    ['issuer', 'outcome'],
    knownIssuer,
  )
  const reloads = tally('config_reloads_total', 'Configuration reloads by outcome.', ['outcome'])
  const metadata = tally('metadata_requests_total', 'Requests for protected-resource metadata.', ['route'], knownRoute)

  const durations = {
    allow: createBuckets(BUCKETS),
    deny: createBuckets(BUCKETS),
    error: createBuckets(BUCKETS),
    retry: createBuckets(BUCKETS),
    would_deny: createBuckets(BUCKETS),
  }
  exposeBuckets(registry, 'decision_duration_seconds', 'Time from the headers of a call to its answer.', durations)

  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    collect: (gauge: Gauge<L>) => void,
  ) =>
    new Gauge<L>({
      name: `forwardgate_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset()
        collect(this)
      },
    })
  const lastReload = { successful: 1, successAt: 0 }
  new Counter({
    name: 'forwardgate_log_lines_lost_total',
    help: 'Log lines that could not be written.',
    registers,
    collect() {
      this.reset()
      this.inc(sources.lostLogLines())
    },
  })
  gauge('route_observed', '1 where a route is only observed and denies nothing.', ['route'], (metric) => {
    for (const route of sources.routes()) metric.set({ route: route.name }, route.mode === 'observe' ? 1 : 0)
  })
  gauge('token_cache_entries', 'Tokens in the cache.', [], (metric) => metric.set(sources.tokenCacheEntries()))
  gauge('issuer_keys', 'Usable keys of an issuer.', ['issuer'], (metric) => {
    for (const issuer of sources.issuers()) metric.set({ issuer: issuer.name }, issuer.keys)
  })
  gauge(
    'issuer_keys_age_seconds',
    'Time since the keys of an issuer were last fetched; absent while there are none.',
    ['issuer'],
    (metric) => {
      for (const { name, ageSeconds } of sources.issuers())
        if (ageSeconds !== undefined) metric.set({ issuer: name }, ageSeconds)
    },
  )
  gauge(
    'issuer_registration',
    '1 where clients can register here for an issuer, 0 where its metadata forbids that or was never read.',
    ['issuer'],
    (metric) => {
      for (const { name, registration } of sources.issuers())
        if (registration !== undefined) metric.set({ issuer: name }, registration === 'offered' ? 1 : 0)
    },
  )
  gauge(
    'config_last_reload_successful',
    '0 while the newest configuration is refused and the last good one serves.',
    [],
    (metric) => metric.set(lastReload.successful),
  )
  gauge('config_last_reload_success_timestamp_seconds', 'When the configuration in use was loaded.', [], (metric) =>
    metric.set(lastReload.successAt),
  )
  gauge(
    'certificate_expiry_timestamp_seconds',
    'When the certificate of the auth port expires; absent without TLS.',
    [],
    (metric) => {
      const expiresAt = sources.certificateExpiresAt()
      if (expiresAt === undefined) metric.remove()
      else metric.set(expiresAt)
    },
  )
  gauge('build_info', 'Always 1; version of forwardgate and Node.', ['version', 'node'], (metric) =>
    metric.set({ version: sources.version, node: process.versions.node }, 1),
  )

  return {
    decision: (decision, seconds) => {
      const { route, issuer, outcome, reason } = decisionLabels(decision)
      decisions.add(route, issuer, outcome, reason)
      durations[outcome].observe(seconds)
      for (const method of mcpLabels(decision)) mcpRequests.add(route, method, outcome)
    },
    unparsable: () => decisions.add(UNMATCHED, NO_ISSUER, 'deny', 'forwarded_request_invalid'),
    suppressedLogLine: (caller) => suppressed.add(caller),
    freshTokenDenial: (route, reason) => fresh.add(route, reason),
    tokenCacheLookup: (result) => lookups.add(result),
    issuerRefresh: (issuer, outcome) => refreshes.add(issuer, outcome),
    introspection: (issuer, outcome) => introspections.add(issuer, outcome),
    configReload: (outcome, at) => {
      reloads.add(outcome)
      lastReload.successful = outcome === 'success' ? 1 : 0
      if (outcome === 'success') lastReload.successAt = at
    },
    metadataRequest: (route) => metadata.add(route ?? UNMATCHED),
    contentType: registry.contentType,
    expose: () => registry.metrics(),
  }
}

/**
 * A counter kept as plain numbers and handed to prom-client at the scrape. `current`: the values that the first label may
 * have in the configuration in force; series of removed routes and issuers go.
 */
function exposeTally(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  current?: () => ReadonlySet<string>,
): Tally {
  const tally = createTally()
  new Counter({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset()
      if (current !== undefined) tally.keep(current())
      for (const { values, count } of tally.series()) {
        this.inc(Object.fromEntries(labelNames.map((label, at) => [label, values[at] ?? ''])), count)
      }
    },
  })
  return tally
}

/** A histogram kept as plain numbers. prom-client's own takes values one by one; what it needs at the scrape is `get`. */
function exposeBuckets(
  registry: Registry,
  name: string,
  help: string,
  series: Readonly<Record<string, Buckets>>,
): void {
  const metric = `forwardgate_${name}`
  const values = (): MetricValueWithName<string>[] =>
    Object.entries(series).flatMap(([outcome, buckets]) => {
      if (buckets.count() === 0) return []
      const bounds = [...BUCKETS, '+Inf']
      const counts = [...buckets.cumulated(), buckets.count()]
      return [
        ...bounds.map((le, at) => ({
          metricName: `${metric}_bucket`,
          labels: { le, outcome },
          value: counts[at] ?? 0,
        })),
        { metricName: `${metric}_sum`, labels: { outcome }, value: buckets.sum() },
        { metricName: `${metric}_count`, labels: { outcome }, value: buckets.count() },
      ]
    })
  const get = async () => ({ name: metric, help, type: 'histogram', aggregator: 'sum', values: values() })
  registry.registerMetric({ name: metric, get } as unknown as Histogram)
}
