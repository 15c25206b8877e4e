import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { keysAndConfiguration } from './keys-and-configuration.ts'
import { GREEN, heatmapPanel, labelVariable, RED, SERVICE, seriesPanel, statPanel, YELLOW } from './panels.ts'

/** The committed file: `npm run docs` writes it. */
export const DASHBOARD_FILE = new URL('../components/grafana-dashboard/forwardgate.json', import.meta.url)

const ROUTE = `${SERVICE}, route=~"$route"`
/** Part of every healthy login. */
const EXPECTED = 'credentials_missing|token_expired'

/** Everything that the operator of a gate asks at three in the morning, from left to right and top to bottom. */
export function renderDashboard(): string {
  const built = new dashboard.DashboardBuilder('forwardgate')
    .uid('forwardgate')
    .description('Who gets in, who does not and why; the keys and the configuration behind it.')
    .tags(['forwardgate', 'traefik'])
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .withVariable(new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(labelVariable('namespace', 'Namespace', 'label_values(forwardgate_build_info, namespace)'))
    .withVariable(
      labelVariable('route', 'Route', 'label_values(forwardgate_decisions_total{namespace=~"$namespace"}, route)'),
    )
  for (const panel of [...glance(), ...decisions(), ...keysAndConfiguration()]) built.withPanel(panel)
  const json = built.build()
  json.panels?.forEach((panel, index) => {
    panel.id = index + 1
  })
  return `${JSON.stringify(json, null, 2)}\n`
}

function glance() {
  return [
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
      description: 'Decisions a second.',
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
      description:
        'Requests that ended as 5xx: no keys, an issuer that cannot be asked, or a bug. None of them got in.',
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
  ]
}

function decisions() {
  return [
    seriesPanel({
      title: 'Decisions by outcome',
      description:
        'would_deny: what a route in mode observe let pass. retry: 503 to tokens that must be looked up, no fault.',
      unit: 'reqps',
      stacked: true,
      queries: [
        {
          expr: `sum by (outcome) (rate(forwardgate_decisions_total{${ROUTE}}[$__rate_interval]))`,
          legend: '{{outcome}}',
        },
      ],
      colors: { allow: GREEN, deny: 'orange', error: RED, retry: 'blue', would_deny: YELLOW },
    }),
    seriesPanel({
      title: 'Unexpected denials by route, issuer and reason',
      description: 'The reason leads to its page in the reference. issuer none: no signature held.',
      unit: 'reqps',
      stacked: true,
      queries: [
        {
          expr: `sum by (route, issuer, reason) (rate(forwardgate_decisions_total{${ROUTE}, outcome=~"deny|would_deny", reason!~"${EXPECTED}"}[$__rate_interval])) > 0`,
          legend: '{{route}} {{issuer}} {{reason}}',
        },
      ],
    }),
    seriesPanel({
      title: 'Logins',
      description:
        'Requests without a token or with an expired one, and look-ups of the metadata: a healthy client shows one of each and then comes back with a token.',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (reason) (rate(forwardgate_decisions_total{${ROUTE}, outcome="deny", reason=~"${EXPECTED}"}[$__rate_interval]))`,
          legend: '{{reason}}',
        },
        {
          expr: `sum(rate(forwardgate_metadata_requests_total{${ROUTE}}[$__rate_interval]))`,
          legend: 'metadata',
        },
      ],
    }),
    seriesPanel({
      title: 'MCP requests by method',
      description:
        'Messages on routes with mcp, those of a batch one by one. other: a method that MCP does not know, or no message at all.',
      unit: 'reqps',
      stacked: true,
      queries: [
        {
          expr: `sum by (mcp_method) (rate(forwardgate_mcp_requests_total{${ROUTE}}[$__rate_interval]))`,
          legend: '{{mcp_method}}',
        },
      ],
    }),
    seriesPanel({
      title: 'MCP requests refused, by route and method',
      description: 'Which tool it was is in the log (mcpName). After a step-up the same client comes back and gets in.',
      unit: 'reqps',
      stacked: true,
      queries: [
        {
          expr: `sum by (route, mcp_method) (rate(forwardgate_mcp_requests_total{${ROUTE}, outcome=~"deny|would_deny"}[$__rate_interval])) > 0`,
          legend: '{{route}} {{mcp_method}}',
        },
      ],
    }),
    seriesPanel({
      title: 'Fresh tokens refused',
      description: 'A token younger than a minute was refused: somebody logs in again and again.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (route, reason) (increase(forwardgate_fresh_token_denials_total{${ROUTE}}[$__rate_interval]))`,
          legend: '{{route}} {{reason}}',
        },
      ],
    }),
    heatmapPanel({
      title: 'Time to decide',
      description: 'Every protected request waits this long before it reaches its service. All routes.',
      query: {
        expr: `sum by (le) (increase(forwardgate_decision_duration_seconds_bucket{${SERVICE}}[$__rate_interval]))`,
        legend: '{{le}}',
      },
    }),
    seriesPanel({
      title: 'Time to decide, percentiles',
      description: 'All routes. Above 100 ms an alert fires.',
      unit: 's',
      queries: [0.5, 0.99].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (le) (rate(forwardgate_decision_duration_seconds_bucket{${SERVICE}}[$__rate_interval])))`,
        legend: `p${quantile * 100}`,
      })),
    }),
  ]
}
