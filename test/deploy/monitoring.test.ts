import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse, stringify } from 'yaml'
import { renderDashboard } from '../../deploy/grafana/dashboard.ts'
import { INDEX_TEMPLATE_FILE } from '../../deploy/logs/elasticsearch.ts'
import { RULES_FILE, renderRules } from '../../deploy/prometheus/rules.ts'
import { EVIDENCE } from '../../src/decision/denial.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { missing } from '../support/missing-part.ts'
import { dashboardPanels, type Panel } from './dashboard-panels.ts'
import { alerts, prometheusRules } from './prometheus-rules.ts'

const promtool = spawnSync('promtool', ['--version']).status === 0
const needsPromtool = promtool ? {} : { skip: missing('promtool (Debian: prometheus)', 'no alert is tried') }
const metricNames = async () => {
  const metrics = createMetrics({
    version: '0',
    routes: () => [],
    issuers: () => [],
    now: () => 0,
    tokenCacheEntries: () => 0,
    lostLogLines: () => 0,
    certificateExpiresAt: () => 0,
  })
  return new Set([...(await metrics.expose()).matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]))
}
const unknownMetrics = (expr: string, known: ReadonlySet<string | undefined>) =>
  [...expr.matchAll(/\b(?:forwardgate|process|nodejs)_\w+/g)]
    .map(([name]) => name.replace(/_bucket$/, ''))
    .filter((name) => !known.has(name))

describe('dashboard', () => {
  it('has a stable uid, distinct panel ids, and the chosen data source everywhere', () => {
    const dashboard: { readonly uid?: string } = JSON.parse(renderDashboard())
    assert.equal(dashboard.uid, 'forwardgate')
    const panels = dashboardPanels()
    assert.ok(panels.length >= 15)
    assert.equal(new Set(panels.map((panel) => panel.id)).size, panels.length)
    assert.equal(new Set(panels.map((panel) => panel.title)).size, panels.length)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a Grafana variable
    const chosen = '${datasource}'
    for (const panel of panels) {
      assert.ok(panel.description.length > 10, panel.title)
      assert.equal(panel.datasource.uid, chosen, panel.title)
      assert.deepEqual(
        panel.targets.map((target) => target.refId),
        panel.targets.map((_, index) => String.fromCharCode(65 + index)),
      )
      for (const target of panel.targets) assert.equal(target.datasource.uid, chosen, panel.title)
    }
  })

  it('has no overlapping panels', () => {
    const panels = dashboardPanels()
    const overlap = (a: Panel, b: Panel) =>
      a.gridPos.x < b.gridPos.x + b.gridPos.w &&
      b.gridPos.x < a.gridPos.x + a.gridPos.w &&
      a.gridPos.y < b.gridPos.y + b.gridPos.h &&
      b.gridPos.y < a.gridPos.y + a.gridPos.h
    for (const [index, panel] of panels.entries()) {
      assert.ok(panel.gridPos.x + panel.gridPos.w <= 24, panel.title)
      for (const other of panels.slice(index + 1)) assert.ok(!overlap(panel, other), `${panel.title}, ${other.title}`)
    }
  })

  it('asks only for metrics that exist', async () => {
    const known = await metricNames()
    for (const panel of dashboardPanels()) {
      for (const { expr } of panel.targets) assert.deepEqual(unknownMetrics(expr, known), [], panel.title)
    }
  })
})

describe('the index template for Elasticsearch', () => {
  const { properties, dynamic } = JSON.parse(readFileSync(INDEX_TEMPLATE_FILE, 'utf8')).template.mappings

  it('has every member of evidence with its type, and takes no other', () => {
    const of = { text: 'keyword', list: 'keyword', number: 'double' } as const
    const expected = Object.entries(EVIDENCE).map(([name, type]) => [name, of[type]])
    const found = Object.entries(properties.evidence.properties).map(([name, field]) => [name, Object(field).type])
    assert.deepEqual(found, expected)
    assert.deepEqual([dynamic, properties.evidence.dynamic], [false, false])
  })

  it('has every field of the decision line that the reference names', () => {
    const reference = readFileSync(new URL('../../docs/reference/logs.md', import.meta.url), 'utf8')
    const table = reference.split('| Field | Present | Meaning |')[1]?.split('\n\n')[0] ?? ''
    const fields = table
      .split('\n')
      .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name))
    assert.ok(fields.length > 15)
    assert.deepEqual(
      fields.filter((name) => name !== undefined && !(name in properties)),
      [],
    )
  })
})

describe('alerts', () => {
  it('ask only for metrics that exist, and say what to do', async () => {
    const known = await metricNames()
    const runbook = readFileSync(new URL('../../docs/deploy/monitoring.md', import.meta.url), 'utf8')
    assert.ok(alerts().length >= 8)
    for (const { name, expr, annotations } of alerts()) {
      assert.deepEqual(unknownMetrics(expr, known), [], name)
      assert.ok(annotations['summary'], name)
      assert.match(String(annotations['description']), /\. First look at /, `${name} has no first step`)
      assert.equal(annotations['runbook_url'], undefined, `${name} leads nowhere`)
      assert.match(runbook, new RegExp(`^### ${name}$`, 'm'))
    }
  })

  it('are a plain file too, and lead to the runbook only where a release has one', () => {
    assert.equal(readFileSync(RULES_FILE, 'utf8'), renderRules())
    assert.deepEqual(parse(renderRules()), prometheusRules())
    const url = 'https://docs.example.com/monitoring.md'
    const rules: { groups: { rules: { alert: string; annotations: Record<string, string> }[] }[] } = parse(
      renderRules(url),
    )
    for (const { alert, annotations } of rules.groups[0]?.rules ?? []) {
      assert.equal(annotations['runbook_url'], `${url}#${alert.toLowerCase()}`)
    }
  })

  it('fire and stay quiet as promtool expects', needsPromtool, () => {
    const files = ['alerts.promtool.yaml', 'alerts-over-days.promtool.yaml']
    const tests = files.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
    for (const { name } of alerts()) {
      assert.match(
        tests.join(''),
        new RegExp(`alertname: ${name}\n\\s+exp_alerts:(?: &\\w+)?\n`),
        `${name} is never seen firing`,
      )
    }
    const directory = mkdtempSync(join(tmpdir(), 'forwardgate-alerts-'))
    try {
      writeFileSync(join(directory, 'rules.yaml'), stringify(prometheusRules()))
      for (const [at, text] of tests.entries()) writeFileSync(join(directory, `${at}.yaml`), text)
      const { status, stdout, stderr } = spawnSync(
        'promtool',
        ['test', 'rules', ...tests.keys().map((at) => `${at}.yaml`)],
        {
          cwd: directory,
          encoding: 'utf8',
        },
      )
      assert.equal(status, 0, `${stdout}${stderr}`)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
