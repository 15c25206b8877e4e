import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { EXPECTED, GREEN, RED, ROUTE, SERVICE, statPanel, YELLOW } from './panels.ts'

/** The numbers of one look: who gets in, then what may be wrong. */
export function glance() {
  return [
    statPanel({
      title: 'Allowed',
      description: 'Share of all requests that were allowed, including those that an observed route would deny.',
      unit: 'percentunit',
      query: {
        expr:
          `(sum(rate(forwardgate_decisions_total{${ROUTE}, outcome=~"allow|would_deny"}[$__rate_interval])) or vector(0))` +
          ` / sum(rate(forwardgate_decisions_total{${ROUTE}}[$__rate_interval]))`,
      },
      base: RED,
      steps: [
        [0.2, YELLOW],
        [0.7, GREEN],
      ],
    }),
    statPanel({
      title: 'Routes that let no request in',
      description:
        'Routes with more than one request in ten seconds, all of them refused. An alert fires if that was not so before.',
      unit: 'short',
      query: {
        expr:
          `count(sum by (namespace, route) (rate(forwardgate_decisions_total{${ROUTE}, route!="unmatched"}[$__rate_interval])) > 0.1` +
          ` unless sum by (namespace, route) (rate(forwardgate_decisions_total{${ROUTE}, outcome=~"allow|would_deny"}[$__rate_interval])) > 0) or vector(0)`,
      },
      steps: [[1, RED]],
    }),
    statPanel({
      title: 'Replicas',
      description: 'Replicas that Prometheus reaches.',
      unit: 'short',
      query: { expr: `sum(up{${SERVICE}}) or vector(0)` },
      base: RED,
      steps: [
        [1, YELLOW],
        [2, GREEN],
      ],
    }),
    statPanel({
      title: 'Requests',
      description: 'Decisions per second.',
      unit: 'reqps',
      query: { expr: `sum(rate(forwardgate_decisions_total{${ROUTE}}[$__rate_interval]))` },
    }),
    statPanel({
      title: 'Unexpected denials',
      description: 'Share of all requests, without the two reasons that belong to every login.',
      unit: 'percentunit',
      query: {
        expr:
          `(sum(rate(forwardgate_decisions_total{${ROUTE}, outcome="deny", reason!~"${EXPECTED}"}[$__rate_interval])) or vector(0))` +
          ` / sum(rate(forwardgate_decisions_total{${ROUTE}}[$__rate_interval]))`,
      },
      steps: [
        [0.05, YELLOW],
        [0.2, RED],
      ],
    }),
    statPanel({
      title: 'Errors',
      description: 'Requests answered with 5xx: no keys, failed introspection, or a bug. None of them was allowed.',
      unit: 'reqps',
      query: {
        expr: `sum(rate(forwardgate_decisions_total{${ROUTE}, outcome="error"}[$__rate_interval])) or vector(0)`,
      },
      steps: [[0.000001, RED]],
    }),
    statPanel({
      title: 'Configuration',
      description: 'Whether the newest configuration is in force on every replica.',
      unit: 'none',
      query: { expr: `min(forwardgate_config_last_reload_successful{${SERVICE}})` },
      base: RED,
      steps: [[1, GREEN]],
      mappings: [
        {
          type: dashboard.MappingType.ValueToText,
          options: { 0: { text: 'refused', index: 0 }, 1: { text: 'in force', index: 1 } },
        },
      ],
    }),
    statPanel({
      title: 'Routes only observed',
      description: 'Routes in mode observe refuse nothing.',
      unit: 'short',
      query: { expr: `sum(max by (namespace, route) (forwardgate_route_observed{${ROUTE}}))` },
      steps: [[1, YELLOW]],
    }),
    statPanel({
      title: 'Keys serve for',
      description: 'How long the keys of the worst issuer stay valid if they cannot be refreshed.',
      unit: 's',
      query: { expr: `min(forwardgate_issuer_keys_valid_until_timestamp_seconds{${SERVICE}}) - time()` },
      noValue: 'keys from files',
    }),
    statPanel({
      title: 'Certificate',
      description: 'How long the certificate of the auth port is valid for. Below three days an alert fires.',
      unit: 's',
      query: { expr: `min(forwardgate_certificate_expiry_timestamp_seconds{${SERVICE}}) - time()` },
      noValue: 'no TLS',
      base: RED,
      steps: [
        [0, YELLOW],
        [3 * 86_400, GREEN],
      ],
    }),
    statPanel({
      title: 'Log lines lost',
      description: 'In the last hour. They could not be written: a full disk, or the log is not read.',
      unit: 'short',
      query: { expr: `sum(increase(forwardgate_log_lines_lost_total{${SERVICE}}[1h]))` },
      steps: [[1, YELLOW]],
    }),
    statPanel({
      title: 'Event loop lag',
      description: 'The 99th percentile of the slowest replica. It is added to every request.',
      unit: 's',
      query: { expr: `max(nodejs_eventloop_lag_p99_seconds{${SERVICE}})` },
      steps: [
        [0.1, YELLOW],
        [1, RED],
      ],
    }),
  ]
}
