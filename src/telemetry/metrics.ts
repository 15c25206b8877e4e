import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Decision } from '../decision/decide.ts'
import { decisionLabels, NO_ISSUER, UNMATCHED } from './decision-record.ts'

/** State that is read when Prometheus scrapes, not before. */
export interface MetricsSources {
  readonly version: string
  readonly routes: () => readonly { readonly name: string; readonly mode: 'enforce' | 'observe' }[]
  readonly issuers: () => readonly {
    readonly name: string
    readonly keys: number
    readonly ageSeconds: number | undefined
  }[]
  readonly tokenCacheEntries: () => number
  /** Seconds since the epoch; undefined where the auth port speaks no TLS. */
  readonly certificateExpiresAt: () => number | undefined
}

/** The events that are counted. Counting is an addition to a plain number; the rest happens at the scrape. */
export interface Metrics {
  readonly decision: (decision: Decision, seconds: number) => void
  /** A call that the HTTP parser refused. */
  readonly unparsable: () => void
  readonly freshTokenDenial: (route: string, reason: string) => void
  readonly tokenCacheLookup: (result: string) => void
  readonly issuerRefresh: (issuer: string, outcome: 'success' | 'failure') => void
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

  const tally = <L extends string>(name: string, help: string, labels: readonly L[], current?: Current<L>) =>
    createTally(registry, `forwardgate_${name}`, help, labels, current)
  const knownRoute = {
    label: 'route',
    values: () => new Set([UNMATCHED, ...sources.routes().map((route) => route.name)]),
  } as const
  const knownIssuer = {
    label: 'issuer',
    values: () => new Set(sources.issuers().map((issuer) => issuer.name)),
  } as const

  const decisions = tally(
    'decisions_total',
    'Decisions by route, issuer, outcome and reason.',
    ['route', 'issuer', 'outcome', 'reason'],
    knownRoute,
  )
  const fresh = tally(
    'fresh_token_denials_total',
    'Verified tokens younger than 60 s that were refused: somebody whose login loops.',
    ['route', 'reason'],
    knownRoute,
  )
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
  const reloads = tally('config_reloads_total', 'Configuration reloads by outcome.', ['outcome'])
  const metadata = tally('metadata_requests_total', 'Requests for protected-resource metadata.', ['route'], knownRoute)

  const durations = new Histogram({
    name: 'forwardgate_decision_duration_seconds',
    help: 'Time from the headers of a call to its answer.',
    labelNames: ['outcome'],
    buckets: BUCKETS,
    registers,
  })
  const observeDuration = {
    allow: durations.labels('allow'),
    deny: durations.labels('deny'),
    error: durations.labels('error'),
    would_deny: durations.labels('would_deny'),
  }

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
      decisions.add(decisionLabels(decision))
      observeDuration[decision.outcome].observe(seconds)
    },
    unparsable: () =>
      decisions.add({ route: UNMATCHED, issuer: NO_ISSUER, outcome: 'deny', reason: 'forwarded_request_invalid' }),
    freshTokenDenial: (route, reason) => fresh.add({ route, reason }),
    tokenCacheLookup: (result) => lookups.add({ result }),
    issuerRefresh: (issuer, outcome) => refreshes.add({ issuer, outcome }),
    configReload: (outcome, at) => {
      reloads.add({ outcome })
      lastReload.successful = outcome === 'success' ? 1 : 0
      if (outcome === 'success') lastReload.successAt = at
    },
    metadataRequest: (route) => metadata.add({ route: route ?? UNMATCHED }),
    contentType: registry.contentType,
    expose: () => registry.metrics(),
  }
}

/** The values that a label may have in the current configuration. */
interface Current<L extends string> {
  readonly label: L
  readonly values: () => ReadonlySet<string>
}

/** A counter kept as plain numbers and handed to prom-client at the scrape; series of removed routes and issuers go. */
function createTally<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly L[],
  current?: Current<L>,
): { readonly add: (labels: Readonly<Record<L, string>>) => void } {
  const series = new Map<string, { readonly labels: Record<L, string>; count: number }>()
  new Counter<L>({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset()
      const values = current?.values()
      for (const [key, { labels, count }] of series) {
        if (current !== undefined && values?.has(labels[current.label]) === false) series.delete(key)
        else this.inc(labels, count)
      }
    },
  })
  return {
    add: (labels) => {
      let key = ''
      for (const label of labelNames) key += `${labels[label]}\n`
      const found = series.get(key)
      if (found === undefined) series.set(key, { labels: { ...labels }, count: 1 })
      else found.count += 1
    },
  }
}
