import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { stringify } from 'yaml'
import { PROGRAM } from '../../build/program.ts'
import { ask } from '../support/ask.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { missing } from '../support/missing-part.ts'
import { makeTestCa, type TestCa } from '../support/tls-files.ts'
import { freePort, type Running, start, until } from './child-service.ts'
import { dashboardAnnotations, dashboardPanels } from './dashboard-panels.ts'
import { isRecord } from './manifest-schemas.ts'
import { panelsPage, type Recorded, type Series } from './panels-page.ts'
import { alerts } from './prometheus-rules.ts'

/** Has the numbers of the panels; written with RECORD_PANELS=1. */
const MONITORING_PAGE = new URL('../../docs/deploy/monitoring.md', import.meta.url)
const prometheusFound = spawnSync('prometheus', ['--version']).status === 0
const skip = prometheusFound ? false : missing('prometheus', 'no query is tried on real data')

/** What the traffic below provokes; the others must evaluate, to nothing. */
const PROVOKED = new Set([
  ...['ForwardgateDenialsSurging', 'ForwardgateFreshTokensRefused', 'ForwardgateRouteObserved'],
  ...[
    'ForwardgateKeysUnavailable',
    'ForwardgateErrors',
    'ForwardgateConfigReloadFailed',
    'ForwardgateCertificateExpires',
  ],
])

describe('a real Prometheus', { skip, timeout: 90_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'forwardgate-prometheus-'))
  const running: Running[] = []
  let issuer: FakeIssuer
  let ca: TestCa
  let prometheus: string

  before(async () => {
    issuer = await startFakeIssuer()
    const [auth, operations, port, secured] = [await freePort(), await freePort(), await freePort(), await freePort()]
    ca = (await makeTestCa()) ?? assert.fail('openssl makes no certificate')
    const pair = await ca.issue('gate')
    const config = join(directory, 'config.yaml')
    writeFileSync(join(directory, 'client.secret'), 'secret\n')
    writeConfig(config, issuer, 'read')
    // One issuer is never there.
    const env = { ...process.env, FORWARDGATE_READY_WITHOUT_KEYS: '1s' }
    const serve = (listen: number, operate: number, more: Readonly<Record<string, string>>): Running =>
      start(process.execPath, [PROGRAM, 'serve', '--config', config], {
        ...{ ...env, FORWARDGATE_LISTEN: `127.0.0.1:${listen}` },
        ...{ FORWARDGATE_OPERATIONS_LISTEN: `127.0.0.1:${operate}`, ...more },
      })
    const service = serve(auth, operations, {})
    const secure = serve(await freePort(), secured, {
      FORWARDGATE_TLS_CERT: pair.cert,
      FORWARDGATE_TLS_KEY: pair.key,
    })
    running.push(service, secure)
    await until(async () => (await fetch(`http://127.0.0.1:${operations}/readyz`)).ok, service.output)
    await until(async () => (await fetch(`http://127.0.0.1:${secured}/livez`)).ok, secure.output)

    const labels = { namespace: 'auth', pod: 'forwardgate-0' }
    const targets = [operations, secured].map((each) => `127.0.0.1:${each}`)
    const scrape = { job_name: 'forwardgate', static_configs: [{ targets, labels }] }
    writeFileSync(
      join(directory, 'prometheus.yaml'),
      stringify({ global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: [scrape] }),
    )
    prometheus = `http://127.0.0.1:${port}`
    const database = start('prometheus', [
      `--config.file=${join(directory, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ])
    running.push(database)
    await until(async () => (await query(prometheus, 'up == 1')) === 2, database.output)

    const origin = `http://127.0.0.1:${auth}`
    const both = (expr: string) =>
      until(
        async () => (await query(prometheus, expr)) === 2,
        () => service.output() + database.output(),
      )
    const scraped = () => both(`timestamp(up) > ${Date.now() / 1000}`)
    await drive(origin, issuer)
    await scraped()
    writeConfig(config, issuer, 'read', '1h')
    await both('changes(forwardgate_config_last_reload_success_timestamp_seconds[15s]) > 0')
    writeFileSync(config, 'routes: [')
    for (let round = 0; round < 4; round++) {
      await drive(origin, issuer)
      await scraped()
    }
    await both('forwardgate_config_last_reload_successful == 0')
    await drive(origin, issuer)
    await scraped()
  })

  after(async () => {
    for (const each of running.toReversed()) await each.end()
    await issuer?.stop()
    await ca?.remove()
    rmSync(directory, { recursive: true, force: true })
  })

  it('has data for every panel', async () => {
    const lines: string[] = []
    const empty: string[] = []
    const recorded: Recorded[] = []
    for (const panel of dashboardPanels()) {
      for (const { refId, expr } of panel.targets) {
        const series = await seriesOf(prometheus, concrete(expr))
        const count = series.length
        recorded.push({ panel: panel.title, series })
        lines.push(`${String(count).padStart(4)}  ${panel.title} ${refId}: ${expr}`)
        if (count === 0) empty.push(`${panel.title} ${refId}`)
      }
    }
    const annotations = dashboardAnnotations()
    assert.equal(annotations.length, 1)
    for (const { name, expr } of annotations) {
      const count = await query(prometheus, concrete(expr))
      lines.push(`${String(count).padStart(4)}  ${name} (annotation): ${expr}`)
      if (count === 0) empty.push(name)
    }
    console.log(`series  panel and query\n${lines.join('\n')}`)
    assert.deepEqual(empty, [])
    if (process.env['RECORD_PANELS'] === '1') {
      writeFileSync(MONITORING_PAGE, panelsPage(readFileSync(MONITORING_PAGE, 'utf8'), recorded))
    }
  })

  it('scrapes OpenMetrics, where a counter is declared without _total', async () => {
    const metrics = await metricTypes(prometheus)
    assert.equal(metrics.get('forwardgate_decisions'), 'counter')
    assert.equal(metrics.get('forwardgate_decision_duration_seconds'), 'histogram')
    assert.ok(!metrics.has('forwardgate_decisions_total'))
    assert.ok((await query(prometheus, 'forwardgate_decision_duration_seconds_bucket{le="1.0"}')) > 0)
    assert.equal(await query(prometheus, 'up == 0'), 0)
  })

  it('evaluates every alert', async () => {
    for (const { name, expr } of alerts()) {
      // A few seconds of traffic are too thin for a mean of five minutes.
      const count = await query(prometheus, expr.replaceAll('[5m]', '[15s]'))
      console.log(`${String(count).padStart(4)}  ${name}`)
      // A busy machine may really be slow.
      if (name !== 'ForwardgateSlow') assert.equal(count > 0, PROVOKED.has(name), name)
    }
  })
})

/** A good configuration; another `lifetime` makes it a new one. */
function writeConfig(file: string, { issuer, introspectionUri }: FakeIssuer, scope: string, lifetime = '2h'): void {
  const introspection = { endpoint: introspectionUri, clientId: 'gate', clientSecretFile: 'client.secret' }
  const gone = { issuer: 'http://127.0.0.1:9', jwksUri: 'http://127.0.0.1:9/jwks' }
  const route = (name: string, more: object = {}) => ({
    resource: `https://api.example.com/${name}`,
    issuers: ['main'],
    ...more,
  })
  const config = {
    issuers: { main: { issuer, maxTokenLifetime: lifetime, introspection }, gone },
    routes: {
      app: route('app', { scopes: [scope] }),
      trial: route('trial', { mode: 'observe' }),
      lost: route('lost', { issuers: ['gone'] }),
      tools: route('tools', { mcp: { tools: { status: 'allow' } } }),
    },
  }
  writeFileSync(`${file}.new`, stringify(config))
  renameSync(`${file}.new`, file)
}

/** One of each: allowed, the two healthy denials, three others, an error, an observed route, metadata. */
async function drive(origin: string, issuer: FakeIssuer): Promise<void> {
  const aud = 'https://api.example.com/app'
  const token = issuer.mint({ aud, scope: 'read' })
  const past = Math.floor(Date.now() / 1000) - 600
  const questions = [
    ...[1, 2, 3, 4].map(() => ['app', token] as const),
    ['app', undefined],
    ['app', issuer.mint({ aud, scope: 'read', iat: past - 60, exp: past })],
    ...[1, 2, 3].map((index) => ['app', issuer.mint({ aud, scope: 'other', jti: `${index}` })] as const),
    ['app', issuer.mint({ aud: 'https://other.example.com' })],
    ['app', 'known-to-nobody-but-the-issuer'],
    ['lost', issuer.mint({ iss: 'http://127.0.0.1:9', aud: 'https://api.example.com/lost' })],
    // No body comes with it.
    ['tools', issuer.mint({ aud: 'https://api.example.com/tools' }), 'POST'],
    ['trial', undefined],
    ['trial', issuer.mint({ aud: 'https://other.example.com' })],
  ] as const
  for (const [route, bearer, method = 'GET'] of questions) {
    await ask(origin, route, { method, uri: `/${route}`, ...(bearer === undefined ? {} : { token: bearer }) })
  }
  // More lines of one kind than are written in a second.
  await Promise.all(Array.from({ length: 25 }, () => ask(origin, 'app', { uri: '/app' })))
  const headers = { 'X-Forwarded-Host': 'api.example.com' }
  await fetch(`${origin}/.well-known/oauth-protected-resource/app`, { headers })
}

/** What Grafana puts in for its variables. */
function concrete(expr: string): string {
  return expr.replaceAll('$__rate_interval', '15s').replaceAll(/\$(namespace|route)/g, '.*')
}

/** What the target declares, by name. */
async function metricTypes(prometheus: string): Promise<ReadonlyMap<string, string>> {
  const answer: unknown = await (await fetch(`${prometheus}/api/v1/targets/metadata`)).json()
  const data = isRecord(answer) ? answer['data'] : undefined
  const rows = (Array.isArray(data) ? data : []).filter(isRecord)
  return new Map(rows.map(({ metric, type }) => [String(metric), String(type)]))
}

/** How many series an expression gives. */
async function query(prometheus: string, expr: string): Promise<number> {
  return (await seriesOf(prometheus, expr)).length
}

/** The series that an expression gives, those without a number left out. */
async function seriesOf(prometheus: string, expr: string): Promise<readonly Series[]> {
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query: expr })}`)
  const answer: unknown = await response.json()
  const data = isRecord(answer) ? answer['data'] : undefined
  const result = isRecord(data) ? data['result'] : undefined
  if (!Array.isArray(result)) throw new Error(`${expr}: ${JSON.stringify(answer)}`)
  return result
    .map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
    .filter(({ value }) => !Number.isNaN(value))
}
