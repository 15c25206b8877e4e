import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { groupRefusals } from '../../../src/status/grouped-refusals.ts'
import { escapeHtml } from '../../../src/status/page/html.ts'
import { renderPage } from '../../../src/status/page/page.ts'
import { CONTENT_SECURITY_POLICY, STYLE } from '../../../src/status/page/style.ts'
import { SAMPLES, sampleIssuer, sampleRefusal, sampleRoute, sampleStatus } from './sample-status.ts'

/** Half of a surrogate pair; Node cannot read it in the source. */
const LONE = String.fromCharCode(0xd800)

/** What a client may put into a token, a path, or the name of a route. */
const HOSTILE: Readonly<Record<string, string>> = {
  script: '<script>alert(1)</script>',
  'end of an attribute': '" onmouseover="alert(1)" x="',
  'end of a quoted attribute': "' onmouseover='alert(1)",
  'end of a comment and of CDATA': '--> ]]> <img src=x onerror=alert(1)>',
  'end of the style': '</style><style>*{display:none}</style>',
  'end of the title': '</title><svg onload=alert(1)>',
  entity: '&lt;script&gt;&#0;&amp;',
  template: '{{constructor}} `x`',
  bidi: 'admin\u202e\u2066gnp.exe\u2069\u200f',
  NUL: 'a\u0000b\u0008\u007f\u0085\ufeff\u2028\u2029',
  'half a surrogate': `${LONE}x`,
  'a tag character': '\u{e0041}',
  '64 KiB': '<b>'.repeat(21_846),
}

/** A status that has the text wherever text can come from outside. */
function statusWith(text: string) {
  return sampleStatus({
    version: text,
    configuration: {
      ...SAMPLES.healthy.configuration,
      source: text,
      warnings: [text],
      refused: { at: SAMPLES.healthy.time, problems: [text] },
    },
    issuers: [sampleIssuer({ name: text, lastError: text, introspectionError: text, state: 'failing' })],
    certificate: {
      names: text,
      validTo: SAMPLES.healthy.time,
      fingerprint: text,
      refused: { at: SAMPLES.healthy.time, problems: [text] },
    },
    routes: [
      sampleRoute(text, { refused: 1, reasons: [{ outcome: 'deny', reason: text as 'token_expired', count: 1 }] }),
    ],
    refusals: [
      sampleRefusal({
        route: text,
        reason: text as 'token_expired',
        method: text,
        host: text,
        path: text,
        sub: text,
        client: text,
        claims: { [text]: [text, text] },
        forwardedFor: text,
        mcpMethod: text,
        mcpName: text,
        evidence: { expected: [text], actual: [text, text], hint: text, unverifiedIssuer: text },
      }),
    ],
  })
}

/** Tags and attributes of a page, without what is between them. */
const skeleton = (page: string): string => (page.match(/<[^>]*>/g) ?? []).join('\n')

describe('nothing that a token says breaks out of the page', () => {
  const harmless = skeleton(renderPage(statusWith('harmless')))
  for (const [what, text] of Object.entries(HOSTILE)) {
    it(what, () => {
      const page = renderPage(statusWith(text))
      assert.equal(skeleton(page), harmless, 'elements and attributes are the same as without it')
      assert.ok(page.includes(escapeHtml(text)))
      assert.doesNotMatch(page.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    })
  }
})

it('what cannot be seen is shown as the log shows it', () => {
  assert.equal(
    escapeHtml(`a\u0000\u202e${LONE}\u{e0041}<&"'\``),
    'a\\u0000\\u202e\\ud800\\udb40\\udc41&lt;&amp;&quot;&#39;&#96;',
  )
})

it('the page is allowed its own style and nothing else', () => {
  assert.match(
    CONTENT_SECURITY_POLICY,
    /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  )
  for (const status of Object.values(SAMPLES)) {
    const page = renderPage(status)
    assert.ok(page.includes(`<style>${STYLE}</style>`))
    assert.doesNotMatch(page, /<(?:script|img|link|iframe|form|object)\b| style=| on[a-z]+=|url\(|@import/i)
  }
})

it('the page says the state first, in its title too', () => {
  const titles = Object.values(SAMPLES).map((status) => /<title>(.*)<\/title>/.exec(renderPage(status))?.[1])
  assert.deepEqual(titles, [
    '✓ Everything is fine – forwardgate',
    '✗ 2 problems – forwardgate',
    '✗ The configuration of 12:03 UTC was refused – forwardgate',
    '✗ Every request to route grafana has been refused since 12:03 UTC – forwardgate',
  ])
})

it('of thousands of routes the page shows a hundred, those in trouble first', () => {
  const routes = Array.from({ length: 3_000 }, (_, index) => sampleRoute(`route-${index}`))
  const bad = sampleRoute('last', {
    refused: 60,
    refusedInARow: 60,
    refusedSince: 0,
    reasons: [{ outcome: 'error', reason: 'keys_unavailable', count: 60 }],
  })
  const page = renderPage(sampleStatus({ routes: [...routes, bad] }))
  assert.ok(page.indexOf('<bdi>last</bdi>') < page.indexOf('<bdi>route-0</bdi>'))
  assert.match(page, /2901 more in <a href="status.json">/)
  assert.ok(page.length < 100_000, `${page.length}`)
})

it('a client in a loop is one line, with how often and since when', () => {
  const at = (second: number) => `2026-11-28T12:16:0${second}.000Z`
  const groups = groupRefusals([
    sampleRefusal({ time: at(9), requestId: 'c', durationMs: 1, suppressed: 7 }),
    sampleRefusal({ time: at(5), client: 'other' }),
    sampleRefusal({ time: at(1), requestId: 'a', traceId: 'b' }),
  ])
  assert.deepEqual(
    groups.map(({ refusal, times, since }) => [refusal.client, times, since]),
    [
      ['claude', 9, at(1)],
      ['other', 1, at(5)],
    ],
  )
})
