import { EVIDENCE } from '../../src/decision/denial.ts'

/** The committed file: `npm run docs` writes it. */
export const INDEX_TEMPLATE_FILE = new URL('elasticsearch-index-template.json', import.meta.url)

const WORD = { type: 'keyword', ignore_above: 1024 }
const NUMBER = { type: 'double' }

/** Text and list of text are one type there: a field takes one value or many. */
const OF_EVIDENCE = { text: WORD, list: WORD, number: NUMBER } as const

const WORDS =
  'level msg route issuer outcome reason dialect method host path forwardedFor mcpMethod mcpName sub client requestId traceId spanId'

/**
 * An index template for the log. Only what is named here is indexed: a field of another line may have the same name and
 * another type, and must not make Elasticsearch refuse the line.
 */
export function renderIndexTemplate(): string {
  const evidence = Object.entries(EVIDENCE).map(([name, type]) => [name, OF_EVIDENCE[type]] as const)
  const properties = {
    time: { type: 'date' },
    ...Object.fromEntries(WORDS.split(' ').map((name) => [name, WORD])),
    durationMs: NUMBER,
    suppressed: { type: 'long' },
    // Names are the operator's, and may hold dots.
    claims: { type: 'flattened', ignore_above: 1024 },
    problem: { type: 'text' },
    error: { type: 'text' },
    evidence: { dynamic: false, properties: Object.fromEntries(evidence) },
  }
  const template = {
    index_patterns: ['forwardgate-*'],
    priority: 200,
    data_stream: {},
    template: { mappings: { dynamic: false, properties: { '@timestamp': { type: 'date' }, ...properties } } },
  }
  return `${JSON.stringify(template, undefined, 2)}\n`
}
