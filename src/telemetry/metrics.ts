import type { Decision } from '../decision/decide.ts'
import type { UncheckedClaim } from '../decision/token/unchecked-claims.ts'
import type { IssuerStatus } from '../documents/issuer-status.ts'
import { type Caller, decisionLabels, mcpLabels, NO_ISSUER, UNMATCHED } from './decision-record.ts'
import { createExposition, type Exposition, type Sample } from './exposition.ts'
import { scrapeOf } from './metrics-format.ts'

/** State that is read when Prometheus scrapes, not before. */
export interface MetricsSources {
  readonly version: string
  readonly routes: () => readonly { readonly name: string; readonly mode: 'enforce' | 'observe' }[]
  readonly issuers: () => readonly Pick<
    IssuerStatus,
    'name' | 'keys' | 'ageSeconds' | 'validForSeconds' | 'registration'
  >[]
  /** Seconds since the epoch. */
  readonly now: () => number
  readonly tokenCacheEntries: () => number
  readonly lostLogLines: () => number
  /** Seconds since the epoch; undefined if the auth port speaks no TLS. */
  readonly certificateExpiresAt: () => number | undefined
}

/** What counts events: an addition to a plain number; the rest happens at the scrape. */
export type Metrics = ReturnType<typeof createMetrics>

/** Every metric of the service. Every label comes from configuration or code, so the number of series is bounded. */
export function createMetrics(sources: MetricsSources) {
  const exposition = createExposition()
  const { expose } = exposition
  return {
    ...decisionMetrics(exposition, sources),
    ...tokenCacheMetrics(exposition, sources),
    ...issuerMetrics(exposition, sources),
    ...configurationMetrics(exposition, sources),
    ...processMetrics(exposition, sources),
    /** In the Prometheus text format. */
    expose,
    /** In the format that a field `Accept` prefers. */
    scrape: async (accept: string | undefined) => scrapeOf(await expose(), accept),
  }
}

/** Upper bounds, in seconds. */
const BOUNDS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const OUTCOMES = ['allow', 'deny', 'error', 'retry', 'would_deny'] as const

function decisionMetrics({ counter, histograms, gauge }: Exposition, { routes }: MetricsSources) {
  const known = () => new Set([UNMATCHED, ...routes().map(({ name }) => name)])
  const decisions = counter(
    'decisions_total',
    'Decisions by route, issuer, outcome and reason.',
    ['route', 'issuer', 'outcome', 'reason'],
    known,
  )
  const mcpRequests = counter(
    'mcp_requests_total',
    'MCP messages on routes that look at bodies, by method and by what became of the request.',
    ['route', 'mcp_method', 'outcome'],
    known,
  )
  const fresh = counter(
    'fresh_token_denials_total',
    'Denials of tokens issued less than 60 s ago: likely a login loop.',
    ['route', 'reason'],
    known,
  )
  const metadata = counter('metadata_requests_total', 'Requests for protected-resource metadata.', ['route'], known)
  const durations = histograms(
    'decision_duration_seconds',
    'Time from the headers of a call to its answer.',
    BOUNDS,
    'outcome',
    OUTCOMES,
  )
  gauge('route_observed', '1 if a route is only observed and denies nothing, else 0.', ['route'], () =>
    routes().map(({ name, mode }): Sample => [mode === 'observe' ? 1 : 0, name]),
  )
  return {
    decision(decision: Decision, seconds: number): void {
      const { route, issuer, outcome, reason } = decisionLabels(decision)
      decisions.add(route, issuer, outcome, reason)
      durations[outcome].observe(seconds)
      for (const method of mcpLabels(decision)) mcpRequests.add(route, method, outcome)
    },
    /** A call that the HTTP parser refused. */
    unparsable: () => decisions.add(UNMATCHED, NO_ISSUER, 'deny', 'forwarded_request_invalid'),
    freshTokenDenial: (route: string, reason: string) => fresh.add(route, reason),
    metadataRequest: (route: string | undefined) => metadata.add(route ?? UNMATCHED),
  }
}

function tokenCacheMetrics({ counter, gauge }: Exposition, { tokenCacheEntries }: MetricsSources) {
  const lookups = counter(
    'token_cache_lookups_total',
    'Token cache look-ups: hit, miss, or refused (a remembered bad signature).',
    ['result'],
  )
  gauge('token_cache_entries', 'Tokens in the cache.', [], () => [[tokenCacheEntries()]])
  return { tokenCacheLookup: (result: string) => lookups.add(result) }
}

function issuerMetrics({ counter, gauge }: Exposition, { issuers, now }: MetricsSources) {
  const known = () => new Set(issuers().map(({ name }) => name))
  const outcomes = ['issuer', 'outcome']
  const refreshes = counter('issuer_refreshes_total', 'Key refreshes by issuer and outcome.', outcomes, known)
  const introspections = counter(
    'introspections_total',
    'Token introspection requests by issuer and outcome.',
    outcomes,
    known,
  )
  const registrations = counter(
    'registrations_total',
    'Registrations of clients by issuer and outcome: registered or refused.',
    outcomes,
    known,
  )
  const unchecked = counter(
    'unchecked_claims_total',
    'Requests allowed with a token that requires a check which is not made.',
    ['issuer', 'claim'],
    known,
  )
  gauge('issuer_keys', 'Usable keys of an issuer.', ['issuer'], () =>
    issuers().map(({ name, keys }): Sample => [keys, name]),
  )
  gauge(
    'issuer_keys_age_seconds',
    'Time since the keys of an issuer were last fetched; absent while there are none.',
    ['issuer'],
    () => issuers().flatMap(({ name, ageSeconds }): Sample[] => (ageSeconds === undefined ? [] : [[ageSeconds, name]])),
  )
  gauge(
    'issuer_keys_valid_until_timestamp_seconds',
    'When the keys of an issuer expire if they cannot be refreshed; absent for keys from files and while there are none.',
    ['issuer'],
    () =>
      issuers().flatMap(({ name, validForSeconds }): Sample[] =>
        validForSeconds === undefined ? [] : [[Math.round(now() + validForSeconds), name]],
      ),
  )
  gauge(
    'issuer_registration',
    '1 if clients can register here for an issuer, 0 if its metadata forbids that or was never read.',
    ['issuer'],
    () =>
      issuers().flatMap(({ name, registration }): Sample[] =>
        registration === undefined ? [] : [[registration === 'offered' ? 1 : 0, name]],
      ),
  )
  return {
    issuerRefresh: (issuer: string, outcome: 'success' | 'failure') => refreshes.add(issuer, outcome),
    introspection: (issuer: string, outcome: 'active' | 'inactive' | 'failure' | 'not_asked') =>
      introspections.add(issuer, outcome),
    /** A request passed with a token that has this claim, which is not checked. */
    uncheckedClaim: (issuer: string, claim: UncheckedClaim) => unchecked.add(issuer, claim),
    registration: (issuer: string, outcome: 'registered' | 'refused') => registrations.add(issuer, outcome),
  }
}

function configurationMetrics({ counter, gauge }: Exposition, { certificateExpiresAt }: MetricsSources) {
  const reloads = counter('config_reloads_total', 'Configuration reloads by outcome.', ['outcome'])
  const last = { successful: 1, successAt: 0 }
  gauge(
    'config_last_reload_successful',
    '0 while the newest configuration is refused and the last good one serves.',
    [],
    () => [[last.successful]],
  )
  gauge('config_last_reload_success_timestamp_seconds', 'When the configuration in use was loaded.', [], () => [
    [last.successAt],
  ])
  gauge(
    'certificate_expiry_timestamp_seconds',
    'When the certificate of the auth port expires; absent without TLS.',
    [],
    () => {
      const at = certificateExpiresAt()
      return at === undefined ? [] : [[at]]
    },
  )
  return {
    /** `at`: seconds since the epoch. */
    configReload(outcome: 'success' | 'failure', at: number): void {
      reloads.add(outcome)
      last.successful = outcome === 'success' ? 1 : 0
      if (outcome === 'success') last.successAt = at
    },
  }
}

function processMetrics({ counter, total, gauge }: Exposition, { version, lostLogLines }: MetricsSources) {
  const suppressed = counter('log_lines_suppressed_total', 'Decisions whose log lines were left out, by caller.', [
    'caller',
  ])
  total('log_lines_lost_total', 'Log lines that could not be written.', lostLogLines)
  gauge('build_info', 'Always 1; version of forwardgate and Node.', ['version', 'node'], () => [
    [1, version, process.versions.node],
  ])
  /** A decision whose line is left out of the log. */
  return { suppressedLogLine: (caller: Caller) => suppressed.add(caller) }
}
