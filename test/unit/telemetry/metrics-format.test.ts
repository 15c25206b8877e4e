import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scrapeOf } from '../../../src/telemetry/metrics-format.ts'

/** Whether the answer to this Accept is OpenMetrics. */
const ACCEPT: readonly (readonly [accept: string | undefined, open: boolean])[] = [
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['text/plain', false],
  ['text/plain;version=0.0.4', false],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
  ['application/openmetrics-text', true],
  ['application/openmetrics-text; version=1.0.0; charset=utf-8', true],
  ['Application/OpenMetrics-Text;Version="1.0.0"', true],
  // What Prometheus 2.42, 2.54 and 3.5 send.
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    true,
  ],
  [
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    true,
  ],
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    true,
  ],
  // With native histograms on, and what a scraper asks for that only knows the draft.
  [
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5',
    true,
  ],
  ['application/openmetrics-text;version=0.0.1', false],
  ['application/openmetrics-text;version=2.0.0', false],
  // Quality, wildcards and what is refused.
  ['application/openmetrics-text;q=0.2,text/plain;q=0.9', false],
  ['application/openmetrics-text;q=0.9,text/plain;q=0.2', true],
  ['application/openmetrics-text, text/plain', true],
  ['text/plain, application/openmetrics-text', true],
  ['application/openmetrics-text;q=0, */*', false],
  ['application/openmetrics-text;q=0', false],
  ['application/openmetrics-text;q=0, text/plain;q=0', false],
  ['application/openmetrics-text;q=0.5, */*', false],
  ['application/openmetrics-text, */*;q=0.1', true],
  ['application/*', true],
  ['application/*;q=0.5, text/*', false],
  ['text/plain;q=0, */*', true],
  ['application/openmetrics-text;q=2', false],
  ['application/openmetrics-text;q=x', false],
  [`${'text/x,'.repeat(400)}application/openmetrics-text`, false],
]

test('OpenMetrics is for those who prefer it by name; all others get the Prometheus text format', () => {
  for (const [accept, open] of ACCEPT) {
    const { contentType, text } = scrapeOf('# TYPE a gauge\na 1\n', accept)
    assert.equal(contentType.startsWith('application/openmetrics-text; version=1.0.0'), open, accept)
    assert.equal(contentType.startsWith('text/plain; version=0.0.4'), !open, accept)
    assert.equal(text.endsWith('\n# EOF\n'), open, accept)
  }
})

test('OpenMetrics declares counters without _total, escapes help, has no empty line and float bounds', () => {
  const text = [
    '# HELP a_total Of "it".\n# TYPE a_total counter\na_total{b="le=\\"1\\""} 1',
    '# HELP b_total No counter.\n# TYPE b_total gauge\nb_total 2',
    '# HELP c How long.\n# TYPE c histogram\nc_bucket{le="0.5"} 1\nc_bucket{x="y",le="1"} 1\nc_bucket{le="+Inf",x="y"} 2\n',
  ].join('\n\n')
  assert.deepEqual(scrapeOf(text, 'application/openmetrics-text').text.split('\n'), [
    '# HELP a Of \\"it\\".',
    '# TYPE a counter',
    'a_total{b="le=\\"1\\""} 1',
    '# HELP b_total No counter.',
    '# TYPE b_total gauge',
    'b_total 2',
    '# HELP c How long.',
    '# TYPE c histogram',
    'c_bucket{le="0.5"} 1',
    'c_bucket{x="y",le="1.0"} 1',
    'c_bucket{le="+Inf",x="y"} 2',
    '# EOF',
    '',
  ])
  assert.equal(scrapeOf(text, undefined).text, text)
})
