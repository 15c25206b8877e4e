import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { missing } from '../support/missing-part.ts'
import { RESOURCE, startTestService, type TestService } from '../support/service.ts'

/** Every metric of the service with its labels: dashboards and alerts of users hang on these names. */
const METRICS: Readonly<Record<string, readonly string[]>> = {
  decisions_total: ['route', 'issuer', 'outcome', 'reason'],
  mcp_requests_total: ['route', 'mcp_method', 'outcome'],
  fresh_token_denials_total: ['route', 'reason'],
  decision_duration_seconds: ['outcome'],
  route_observed: ['route'],
  token_cache_lookups_total: ['result'],
  token_cache_entries: [],
  issuer_keys: ['issuer'],
  issuer_keys_age_seconds: ['issuer'],
  issuer_keys_valid_until_timestamp_seconds: ['issuer'],
  issuer_refreshes_total: ['issuer', 'outcome'],
  config_reloads_total: ['outcome'],
  config_last_reload_successful: [],
  config_last_reload_success_timestamp_seconds: [],
  metadata_requests_total: ['route'],
  log_lines_lost_total: [],
  log_lines_suppressed_total: ['caller'],
  build_info: ['version', 'node'],
}

/** Values that labels may have here, from the configuration below and from code. */
const LABEL_VALUES: Readonly<Record<string, RegExp>> = {
  route: /^(api|seen|tools|unmatched)$/,
  issuer: /^(main|dead|none)$/,
  caller: /^(accepted|refused|unverified)$/,
  outcome: /^(allow|deny|error|retry|would_deny|success|failure)$/,
  mcp_method: /^other$/,
  reason: /^[a-z_]{5,30}$/,
  result: /^(hit|miss|refused)$/,
  version: /^0\.0\.0-test$/,
  node: /^24\.\d+\.\d+$/,
}

/** A gate after requests of every kind, many of them to places that do not exist. */
async function usedGate(t: TestContext): Promise<TestService> {
  const dead = await startFakeIssuer({ algorithms: ['ES256'] })
  t.after(() => dead.stop())
  dead.fail(500)
  const gate = await startTestService(t, {
    yaml: (issuer: FakeIssuer) => `
issuers: { main: ${issuer.issuer}, dead: ${dead.issuer} }
defaults: { issuers: [main, dead] , identityHeaders: { X-Auth-Issuer: "@issuer" } }
routes:
  api: { resource: ${RESOURCE} }
  seen: { resource: https://api.example.com/seen, mode: observe }
  tools: { resource: https://api.example.com/tools, audience: [${RESOURCE}], mcp: { tools: { status: allow } } }
`,
  })
  const token = gate.issuer.mint({ aud: RESOURCE })
  for (const route of ['api', 'seen', 'api']) await gate.ask(route, { token })
  await gate.ask('tools', { token, method: 'POST' })
  await gate.ask('api')
  await gate.ask('api', { token: gate.issuer.mint({ aud: 'x' }) })
  await gate.ask('api', { token: dead.mint({ aud: RESOURCE }) })
  for (let at = 0; at < 1000; at += 4) {
    await Promise.all([
      gate.ask(`invented-${at}`, { token, host: `host-${at}.example.com` }),
      gate.ask(undefined, { token, host: `host-${at}.example.com`, uri: `/made-up/${at}` }),
      gate.ask('api', { token: gate.issuer.mint({ aud: RESOURCE, iss: `https://id-${at}.example.com` }) }),
      fetch(`${gate.auth}/.well-known/oauth-protected-resource/invented-${at}`).then((response) => response.text()),
    ])
  }
  return gate
}

describe('/metrics', () => {
  it('lists every metric, with labels from configuration only, also after 1,000 invented routes and hosts', async (t) => {
    const gate = await usedGate(t)
    const exposition = await gate.metrics()
    const ours = exposition.split('\n').filter((line) => line.startsWith('forwardgate_'))
    const names = new Set<string>()
    for (const line of ours) {
      const [, name = '', labels = ''] = /^forwardgate_([a-z_]+)(?:\{(.*)\})? \S+$/.exec(line) ?? assert.fail(line)
      const base = name.replace(/^(decision_duration_seconds)_(bucket|sum|count)$/, '$1')
      names.add(base)
      const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].filter(([, label]) => label !== 'le')
      assert.deepEqual(
        pairs.map(([, label]) => label),
        METRICS[base],
        line,
      )
      for (const [, label = '', value = ''] of pairs) {
        assert.match(value, LABEL_VALUES[label] ?? assert.fail(`label ${label} in ${line}`), line)
      }
    }
    assert.deepEqual([...names].toSorted(), Object.keys(METRICS).toSorted())
    // 250 of each kind were asked for; two thousand series would be a leak.
    assert.ok(ours.length < 150, `${ours.length} series`)
    assert.equal(
      await gate.metric('decisions_total{route="unmatched",issuer="none",outcome="deny",reason="route_unknown"}'),
      500,
    )
    assert.equal(await gate.metric('metadata_requests_total{route="unmatched"}'), 250)
    assert.doesNotMatch(exposition, /invented|made-up|host-\d|id-\d/)
  })

  it('counts what was decided and how long it took', async (t) => {
    const gate = await usedGate(t)
    const decided = (route: string, issuer: string, outcome: string, reason: string) =>
      gate.metric(`decisions_total{route="${route}",issuer="${issuer}",outcome="${outcome}",reason="${reason}"}`)
    assert.equal(await decided('api', 'main', 'allow', 'token'), 2)
    assert.equal(await decided('api', 'none', 'deny', 'credentials_missing'), 1)
    assert.equal(await decided('api', 'main', 'deny', 'audience_mismatch'), 1)
    assert.equal(await decided('api', 'none', 'error', 'keys_unavailable'), 1)
    assert.equal(await decided('seen', 'main', 'would_deny', 'audience_mismatch'), 1)
    assert.equal(await gate.metric('decision_duration_seconds_count{outcome="allow"}'), 2)
    assert.equal(await gate.metric('decision_duration_seconds_count{outcome="error"}'), 1)
    assert.equal(await gate.metric('decision_duration_seconds_count{outcome="would_deny"}'), 1)
    assert.equal(await gate.metric('route_observed{route="seen"}'), 1)
    assert.equal(await gate.metric('route_observed{route="api"}'), 0)
    assert.equal(await gate.metric('issuer_keys{issuer="main"}'), 1)
    assert.equal(await gate.metric('issuer_keys{issuer="dead"}'), 0)
    assert.equal(await gate.metric('issuer_keys_age_seconds{issuer="dead"}'), undefined)
    assert.ok(((await gate.metric('issuer_keys_age_seconds{issuer="main"}')) ?? -1) >= 0)
    assert.ok(((await gate.metric('issuer_refreshes_total{issuer="dead",outcome="failure"}')) ?? 0) >= 1)
    assert.equal(await gate.metric('issuer_refreshes_total{issuer="main",outcome="success"}'), 1)
    assert.equal(await gate.metric('config_last_reload_successful'), 1)
    const loadedAt = (await gate.metric('config_last_reload_success_timestamp_seconds')) ?? 0
    assert.ok(Math.abs(loadedAt - Date.now() / 1000) < 120)
  })

  it('pleases promtool', async (t) => {
    if (spawnSync('promtool', ['--version']).error !== undefined) {
      return t.skip(missing('promtool (Debian: prometheus)', 'the metrics are not linted'))
    }
    const gate = await usedGate(t)
    const response = await fetch(`${gate.operations}/metrics`)
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    const ours = (await response.text()).split('\n').filter((line) => / forwardgate_|^forwardgate_/.test(line))
    const promtool = spawn('promtool', ['check', 'metrics'])
    promtool.stdin.end(`${ours.join('\n')}\n`)
    const closed = once(promtool, 'close')
    const output = (await Promise.all([text(promtool.stdout), text(promtool.stderr)])).join('')
    assert.deepEqual([(await closed)[0], output], [0, ''])
  })
})
