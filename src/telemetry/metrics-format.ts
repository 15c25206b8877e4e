/** What a scrape is answered with. */
export interface Scrape {
  readonly contentType: string
  readonly text: string
}

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** Longer lists are not read: the answer is the Prometheus format. */
const MAX_ACCEPT_CHARACTERS = 2_000

/** The metrics in the format that `Accept` prefers; `text` is the Prometheus text format, which every scraper reads. */
export function scrapeOf(text: string, accept: string | undefined): Scrape {
  return prefersOpenMetrics(accept)
    ? { contentType: OPENMETRICS, text: toOpenMetrics(text) }
    : { contentType: PROMETHEUS, text }
}

interface Range {
  readonly type: string
  readonly version: string | undefined
  readonly quality: number
}

/** RFC 9110 §12.5.1. A wildcard alone does not count as a preference; OpenMetrics is for a client that names it, or refuses text. */
function prefersOpenMetrics(accept: string | undefined): boolean {
  if (accept === undefined || accept.length > MAX_ACCEPT_CHARACTERS) return false
  const ranges = accept.toLowerCase().split(',').map(readRange)
  const open = qualityOf(ranges, ['application/openmetrics-text', 'application/*', '*/*'], '1.0.0')
  const plain = qualityOf(ranges, ['text/plain', 'text/*', '*/*'], '0.0.4')
  return open.quality > plain.quality || (open.named && open.quality > 0 && open.quality === plain.quality)
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim())
  const parameter = (name: string) =>
    parameters
      .find((each) => each.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .replaceAll('"', '')
  const quality = Number(parameter('q') ?? 1)
  return { type, version: parameter('version'), quality: quality >= 0 && quality <= 1 ? quality : 0 }
}

/** The quality of the most specific range that contains a format. `types` begin with its name. */
function qualityOf(ranges: readonly Range[], types: readonly string[], version: string) {
  for (const [at, type] of types.entries()) {
    const found = ranges.filter((range) => range.type === type && (range.version ?? version) === version)
    if (found.length > 0) return { named: at === 0, quality: Math.max(...found.map(({ quality }) => quality)) }
  }
  return { named: false, quality: 0 }
}

/**
 * The Prometheus text format as OpenMetrics 1.0: a counter is declared without `_total`, which its samples keep; no line is
 * empty; the bounds of buckets are floats; the last line is `# EOF`. The client library renames its metrics for good when
 * it is asked for this format, so it cannot serve both.
 */
function toOpenMetrics(text: string): string {
  const counters = new Set([...text.matchAll(/^# TYPE (\S+)_total counter$/gm)].map(([, name]) => name))
  const lines = text.split('\n').flatMap((line) => (line === '' ? [] : [openLine(line, counters)]))
  return `${lines.join('\n')}\n# EOF\n`
}

function openLine(line: string, counters: ReadonlySet<string | undefined>): string {
  if (!line.startsWith('# ')) return line.replace(/([{,]le="\d+)"/, '$1.0"')
  const [, kind = '', name = '', rest = ''] = /^# (\S+) (\S+) (.*)$/.exec(line) ?? []
  const family = name.replace(/_total$/, '')
  const declared = counters.has(family) ? family : name
  return `# ${kind} ${declared} ${kind === 'HELP' ? rest.replaceAll('"', '\\"') : rest}`
}
