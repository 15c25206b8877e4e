import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { glance } from './glance.ts'
import { keysAndConfiguration } from './keys-and-configuration.ts'
import {
  DATASOURCE,
  EXPECTED,
  GREEN,
  heatmapPanel,
  labelVariable,
  RED,
  ROUTE,
  SERVICE,
  seriesPanel,
  YELLOW,
} from './panels.ts'

/** The committed file: `npm run docs` writes it. */
export const DASHBOARD_FILE = new URL('../components/grafana-dashboard/forwardgate.json', import.meta.url)

/** Everything that the operator of a gate asks at three in the morning, from left to right and top to bottom. */
export function renderDashboard(): string {
  const built = new dashboard.DashboardBuilder('forwardgate')
    .uid('forwardgate')
    .description('Which requests are allowed, which are refused and why; the keys and the configuration behind it.')
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
    .annotation(reloads())
  for (const panel of [...glance(), ...decisions(), ...keysAndConfiguration()]) built.withPanel(panel)
  const json = built.build()
  json.panels?.forEach((panel, index) => {
    panel.id = index + 1
  })
  return `${JSON.stringify(json, null, 2)}\n`
}

/** A line in every panel at the time at which a configuration came into force. */
function reloads(): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name('Configuration loaded')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('purple')
    .expr(`max by (namespace) (forwardgate_config_last_reload_success_timestamp_seconds{${SERVICE}}) * 1000`)
    .useValueForTime(true)
    .titleFormat('Configuration loaded')
    .textFormat('{{namespace}}: the log line "configuration loaded" says what changed')
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
      description: 'The reason leads to its page in the reference. issuer none: no signature was verified.',
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
        'Requests without a token or with an expired one, and look-ups of the metadata: a healthy client shows one of each and then returns with a token.',
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
      description: 'Which tool it was is in the log (mcpName). After a step-up the same client returns and is allowed.',
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
      description: 'A token younger than a minute was refused: a user logs in again and again.',
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
