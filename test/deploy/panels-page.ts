/** One series of an answer of Prometheus: its labels and its value. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

/** What one query of a panel showed. */
export interface Recorded {
  readonly panel: string
  readonly series: readonly Series[]
}

const BEGIN = '<!-- Recorded from test/deploy/prometheus.test.ts -->\n\n'
const END = '\n\n<!-- End: panels -->'
const SHOWN = 3

/** The page with the table of these panels. */
export function panelsPage(page: string, recorded: readonly Recorded[]): string {
  const [before = '', rest = ''] = page.split(BEGIN)
  const after = rest.split(END)[1]
  if (after === undefined) throw new Error(`the page needs the lines ${BEGIN.trim()} and ${END.trim()}`)
  const rows = [...Map.groupBy(recorded, ({ panel }) => panel)].map(
    ([panel, queries]) => `| ${panel} | ${queries.map(({ series }) => shownSeries(series)).join('; ')} |`,
  )
  return `${before}${BEGIN}${['| Panel | What it showed |', '|---|---|', ...rows].join('\n')}${END}${after}`
}

/** The largest first. */
function shownSeries(series: readonly Series[]): string {
  const sorted = series.toSorted((one, other) => other.value - one.value)
  const shown = sorted
    .slice(0, SHOWN)
    .map(({ metric, value }) => `${shownLabels(metric)}${Number(value.toPrecision(3))}`)
  return [...shown, ...(sorted.length > SHOWN ? [`${sorted.length - SHOWN} more`] : [])].join(', ')
}

/** Without those that every series has. */
function shownLabels(metric: Series['metric']): string {
  const own = Object.entries(metric).filter(
    ([name]) => !['__name__', 'namespace', 'pod', 'job', 'instance'].includes(name),
  )
  return own.length === 0 ? '' : `\`${own.map(([, value]) => value).join(' ')}\` `
}
