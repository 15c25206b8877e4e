import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap'
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'

/** One question to Prometheus, and how its series are called. */
export interface Query {
  readonly expr: string
  readonly legend?: string
}

/** What every panel says. The description tells how to read it. */
export interface PanelText {
  readonly title: string
  readonly description: string
}

/** Chosen by the reader, so that one dashboard fits every Grafana. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a Grafana variable
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }

/** The replicas that the reader looks at. */
export const SERVICE = 'job="forwardgate", namespace=~"$namespace"'

/** The same, of the routes that the reader looks at. */
export const ROUTE = `${SERVICE}, route=~"$route"`

/** Part of every healthy login. */
export const EXPECTED = 'credentials_missing|token_expired'

export const GREEN = 'green'
export const YELLOW = 'yellow'
export const RED = 'red'

/** A big number with its colour: green, or `base`, until the first step. */
export function statPanel(
  text: PanelText & {
    readonly query: Query
    readonly unit: string
    readonly base?: string
    readonly steps?: readonly (readonly [number, string])[]
    readonly noValue?: string
    readonly textMode?: common.BigValueTextMode
    readonly mappings?: dashboard.ValueMapping[]
    readonly width?: number
  },
): stat.PanelBuilder {
  const steps = [
    { value: null, color: text.base ?? GREEN },
    ...(text.steps ?? []).map(([value, color]) => ({ value, color })),
  ]
  return new stat.PanelBuilder()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .unit(text.unit)
    .height(4)
    .span(text.width ?? 4)
    .noValue(text.noValue ?? 'no data')
    .mappings(text.mappings ?? [])
    .colorMode(text.steps === undefined ? common.BigValueColorMode.None : common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .textMode(text.textMode ?? common.BigValueTextMode.Auto)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .thresholds(new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps(steps))
    .withTarget(target('A', text.query).instant())
}

/** Lines over time, stacked where their sum means something. */
export function seriesPanel(
  text: PanelText & {
    readonly queries: readonly Query[]
    readonly unit: string
    readonly stacked?: boolean
    readonly max?: number
    readonly colors?: Readonly<Record<string, string>>
    readonly width?: number
  },
): timeseries.PanelBuilder {
  const panel = new timeseries.PanelBuilder()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .unit(text.unit)
    .min(0)
    .height(8)
    .span(text.width ?? 12)
    .lineWidth(1)
    .fillOpacity(text.stacked === true ? 40 : 10)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
  if (text.max !== undefined) panel.max(text.max)
  if (text.stacked === true) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))
  for (const [name, color] of Object.entries(text.colors ?? {})) {
    panel.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }])
  }
  for (const [index, query] of text.queries.entries()) {
    panel.withTarget(target(String.fromCharCode(65 + index), query).range())
  }
  return panel
}

/** How often which duration, over time. */
export function heatmapPanel(text: PanelText & { readonly query: Query }): heatmap.PanelBuilder {
  return new heatmap.PanelBuilder()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .height(8)
    .span(12)
    .calculate(false)
    .yAxis(new heatmap.YAxisConfigBuilder().unit('s'))
    .color(new heatmap.HeatmapColorOptionsBuilder().mode(heatmap.HeatmapColorMode.Scheme).scheme('Oranges').steps(64))
    .withTarget(target('A', text.query).range().format(prometheus.PromQueryFormat.Heatmap))
}

function target(refId: string, query: Query): prometheus.DataqueryBuilder {
  return new prometheus.DataqueryBuilder()
    .refId(refId)
    .datasource(DATASOURCE)
    .expr(query.expr)
    .legendFormat(query.legend ?? '__auto')
}

/** A variable whose values come from a label. */
export function labelVariable(name: string, label: string, query: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query, refId: name })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'], selected: true })
}
