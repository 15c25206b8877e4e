import * as common from '@grafana/grafana-foundation-sdk/common'
import { GREEN, RED, SERVICE, seriesPanel, statPanel } from './panels.ts'

/** What stands behind the decisions: the keys of the issuers, the cache, the configuration, the process. */
export function keysAndConfiguration() {
  return [
    seriesPanel({
      title: 'Age of the keys',
      description: 'Refreshed at least every hour. Older ones could not be refreshed.',
      unit: 's',
      queries: [
        {
          expr: `max by (issuer) (forwardgate_issuer_keys_age_seconds{${SERVICE}})`,
          legend: '{{issuer}}',
        },
      ],
    }),
    seriesPanel({
      title: 'Keys valid for',
      description:
        'How long the keys stay valid if they cannot be refreshed. At 0 the routes of the issuer answer 503.',
      unit: 's',
      queries: [
        {
          expr: `min by (issuer) (forwardgate_issuer_keys_valid_until_timestamp_seconds{${SERVICE}}) - time()`,
          legend: '{{issuer}}',
        },
      ],
    }),
    seriesPanel({
      title: 'Key refreshes',
      description: 'Attempts to fetch the keys of an issuer.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (issuer, outcome) (increase(forwardgate_issuer_refreshes_total{${SERVICE}}[$__rate_interval]))`,
          legend: '{{issuer}} {{outcome}}',
        },
      ],
    }),
    seriesPanel({
      title: 'Introspections',
      description: 'Introspection requests for opaque tokens. Each failure is a request that was answered with 503.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (issuer, outcome) (increase(forwardgate_introspections_total{${SERVICE}}[$__rate_interval]))`,
          legend: '{{issuer}} {{outcome}}',
        },
      ],
    }),
    seriesPanel({
      title: 'Usable keys',
      description: 'The fewest of any replica. 0: requests with tokens of this issuer are answered with 503.',
      unit: 'short',
      width: 8,
      queries: [{ expr: `min by (issuer) (forwardgate_issuer_keys{${SERVICE}})`, legend: '{{issuer}}' }],
    }),
    seriesPanel({
      title: 'Tokens found in the cache',
      description: 'Share of the look-ups. Low with few requests per token; that costs only CPU.',
      unit: 'percentunit',
      max: 1,
      width: 8,
      queries: [
        {
          expr: `sum(rate(forwardgate_token_cache_lookups_total{${SERVICE}, result="hit"}[$__rate_interval])) / sum(rate(forwardgate_token_cache_lookups_total{${SERVICE}}[$__rate_interval]))`,
          legend: 'hit ratio',
        },
      ],
    }),
    seriesPanel({
      title: 'Tokens in the cache',
      description: 'By replica; bounded by FORWARDGATE_TOKEN_CACHE_ENTRIES.',
      unit: 'short',
      width: 8,
      queries: [{ expr: `sum by (instance) (forwardgate_token_cache_entries{${SERVICE}})`, legend: '{{instance}}' }],
    }),
    seriesPanel({
      title: 'Denials by reason',
      description: 'All of them, together with the reloads: a change at the same time is the likely cause.',
      unit: 'reqps',
      stacked: true,
      queries: [
        {
          expr: `sum by (reason) (rate(forwardgate_decisions_total{${SERVICE}, outcome=~"deny|would_deny|error"}[$__rate_interval])) > 0`,
          legend: '{{reason}}',
        },
      ],
    }),
    seriesPanel({
      title: 'Reloads of the configuration',
      description: 'By outcome; after a failed one the last good configuration stays active.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (outcome) (increase(forwardgate_config_reloads_total{${SERVICE}}[$__rate_interval]))`,
          legend: '{{outcome}}',
        },
      ],
      colors: { success: GREEN, failure: RED },
    }),
    statPanel({
      title: 'Oldest configuration in force',
      description: 'Time since the configuration was loaded, on the replica where that is longest ago.',
      unit: 's',
      width: 4,
      query: { expr: `max(time() - forwardgate_config_last_reload_success_timestamp_seconds{${SERVICE}})` },
    }),
    statPanel({
      title: 'Versions',
      description: 'More than one during a rollout, or where one is stuck.',
      unit: 'short',
      width: 4,
      textMode: common.BigValueTextMode.ValueAndName,
      query: {
        expr: `count by (version, node) (forwardgate_build_info{${SERVICE}})`,
        legend: '{{version}}, Node {{node}}',
      },
    }),
    seriesPanel({
      title: 'Memory',
      description: 'By replica.',
      unit: 'bytes',
      width: 8,
      queries: [
        { expr: `max by (instance) (process_resident_memory_bytes{${SERVICE}})`, legend: 'memory {{instance}}' },
      ],
    }),
    seriesPanel({
      title: 'CPU',
      description: 'By replica, in cores. One replica uses little more than one.',
      unit: 'short',
      width: 8,
      queries: [
        {
          expr: `sum by (instance) (rate(process_cpu_seconds_total{${SERVICE}}[$__rate_interval]))`,
          legend: '{{instance}}',
        },
      ],
    }),
    seriesPanel({
      title: 'Event loop lag by replica',
      description: 'The 99th percentile and the longest. A minute of it, and the pod is restarted.',
      unit: 's',
      queries: [
        { expr: `max by (instance) (nodejs_eventloop_lag_p99_seconds{${SERVICE}})`, legend: 'p99 {{instance}}' },
        { expr: `max by (instance) (nodejs_eventloop_lag_max_seconds{${SERVICE}})`, legend: 'longest {{instance}}' },
      ],
    }),
    seriesPanel({
      title: 'Log lines that are missing',
      description: 'Lost: could not be written. Left out: too many alike, or room kept for callers whose token held.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (instance) (increase(forwardgate_log_lines_lost_total{${SERVICE}}[$__rate_interval]))`,
          legend: 'lost {{instance}}',
        },
        {
          expr: `sum by (caller) (increase(forwardgate_log_lines_suppressed_total{${SERVICE}}[$__rate_interval]))`,
          legend: 'left out {{caller}}',
        },
      ],
    }),
  ]
}
