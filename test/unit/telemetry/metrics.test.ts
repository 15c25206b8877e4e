import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Decision, internalError } from '../../../src/decision/decide.ts'
import { DENIALS, type Reason } from '../../../src/decision/denial.ts'
import { createMetrics, type MetricsSources } from '../../../src/telemetry/metrics.ts'
import { MAIN, sampleEvidence, sampleRoute } from '../decision/sample.ts'

const EVIDENCE = sampleEvidence({ route: sampleRoute(), issuer: MAIN })
const ALLOW: Decision = { ...EVIDENCE, outcome: 'allow', reason: 'token', headers: [] }

function open(changes: Partial<MetricsSources> = {}) {
  const metrics = createMetrics({
    version: '1.2.3',
    routes: () => [{ name: 'kubernetes', mode: 'enforce' }],
    issuers: () => [{ name: 'main', keys: 2, ageSeconds: 7, validForSeconds: 60 }],
    now: () => 1_800_000_000,
    tokenCacheEntries: () => 3,
    lostLogLines: () => 7,
    certificateExpiresAt: () => undefined,
    ...changes,
  })
  /** The samples of one metric, without its prefix. */
  const samples = async (name: string) =>
    (await metrics.expose())
      .split('\n')
      .flatMap((line) => (line.startsWith(`forwardgate_${name}`) ? [line.slice('forwardgate_'.length)] : []))
  return { metrics, samples }
}

test('decisions are counted by route, issuer, outcome and reason', async () => {
  const { metrics, samples } = open()
  metrics.decision(ALLOW, 0.0001)
  metrics.decision(ALLOW, 0.0001)
  metrics.decision(internalError(), 1)
  assert.deepEqual(await samples('decisions_total'), [
    'decisions_total{route="kubernetes",issuer="main",outcome="allow",reason="token"} 2',
    'decisions_total{route="unmatched",issuer="none",outcome="error",reason="internal_error"} 1',
  ])
})

test('the expiry of the certificate is there only where there is a certificate', async () => {
  const { samples } = open()
  assert.deepEqual(await samples('certificate_expiry_timestamp_seconds'), [])
  let expiresAt = 1_800_000_000
  const secure = open({ certificateExpiresAt: () => expiresAt })
  assert.deepEqual(await secure.samples('certificate_expiry'), ['certificate_expiry_timestamp_seconds 1800000000'])
  expiresAt++
  assert.deepEqual(await secure.samples('certificate_expiry'), ['certificate_expiry_timestamp_seconds 1800000001'])
})

test('durations have no route, and buckets from 50 us', async () => {
  const { metrics, samples } = open()
  metrics.decision(ALLOW, 0.00004)
  const lines = await samples('decision_duration_seconds')
  assert.ok(lines.includes('decision_duration_seconds_bucket{le="0.00005",outcome="allow"} 1'))
  assert.ok(lines.every((line) => !line.includes('route=')))
})

test('buckets hold what is not above them, the last one everything; outcomes that never came have no series', async () => {
  const { metrics, samples } = open()
  for (const seconds of [0.00005, 0.00006, 5, 6]) metrics.decision(ALLOW, seconds)
  const lines = await samples('decision_duration_seconds')
  const bucket = (le: string) => lines.find((line) => line.includes(`le="${le}"`))?.split(' ')[1]
  assert.deepEqual(['0.00005', '0.0001', '2.5', '5', '+Inf'].map(bucket), ['1', '2', '2', '3', '4'])
  assert.ok(lines.includes('decision_duration_seconds_count{outcome="allow"} 4'))
  assert.ok(lines.includes('decision_duration_seconds_sum{outcome="allow"} 11.00011'))
  assert.ok(lines.every((line) => line.includes('outcome="allow"')))
})

test('what is counted beside decisions', async () => {
  const { metrics, samples } = open()
  metrics.freshTokenDenial('kubernetes', 'audience_mismatch')
  metrics.suppressedLogLine('unverified')
  metrics.tokenCacheLookup('hit')
  metrics.issuerRefresh('main', 'failure')
  metrics.metadataRequest('kubernetes')
  metrics.metadataRequest(undefined)
  assert.deepEqual(await samples('fresh_token_denials_total'), [
    'fresh_token_denials_total{route="kubernetes",reason="audience_mismatch"} 1',
  ])
  assert.deepEqual(await samples('log_lines_suppressed_total'), ['log_lines_suppressed_total{caller="unverified"} 1'])
  assert.deepEqual(await samples('token_cache_lookups_total'), ['token_cache_lookups_total{result="hit"} 1'])
  assert.deepEqual(await samples('issuer_refreshes_total'), [
    'issuer_refreshes_total{issuer="main",outcome="failure"} 1',
  ])
  assert.deepEqual(await samples('metadata_requests_total'), [
    'metadata_requests_total{route="kubernetes"} 1',
    'metadata_requests_total{route="unmatched"} 1',
  ])
})

test('what the HTTP parser refused is a decision of no route', async () => {
  const { metrics, samples } = open()
  metrics.unparsable()
  assert.deepEqual(await samples('decisions_total'), [
    'decisions_total{route="unmatched",issuer="none",outcome="deny",reason="forwarded_request_invalid"} 1',
  ])
})

test('a refused reload is reported until one succeeds, and the time stays that of the configuration in use', async () => {
  const { metrics, samples } = open()
  metrics.configReload('success', 100)
  metrics.configReload('failure', 200)
  assert.deepEqual(await samples('config_last_reload_successful'), ['config_last_reload_successful 0'])
  assert.deepEqual(await samples('config_last_reload_success_timestamp_seconds'), [
    'config_last_reload_success_timestamp_seconds 100',
  ])
  metrics.configReload('success', 300)
  assert.deepEqual(await samples('config_last_reload_successful'), ['config_last_reload_successful 1'])
  assert.deepEqual(await samples('config_last_reload_success_timestamp_seconds'), [
    'config_last_reload_success_timestamp_seconds 300',
  ])
  assert.deepEqual(await samples('config_reloads_total'), [
    'config_reloads_total{outcome="success"} 2',
    'config_reloads_total{outcome="failure"} 1',
  ])
})

test('state is read at the scrape', async () => {
  const issuers = [
    { name: 'main', keys: 2, ageSeconds: 7, validForSeconds: 60 },
    { name: 'down', keys: 0, ageSeconds: undefined, validForSeconds: undefined },
  ]
  const { samples } = open({
    issuers: () => issuers,
    routes: () => [
      { name: 'a', mode: 'observe' },
      { name: 'b', mode: 'enforce' },
    ],
  })
  assert.deepEqual(await samples('issuer_keys'), [
    'issuer_keys{issuer="main"} 2',
    'issuer_keys{issuer="down"} 0',
    'issuer_keys_age_seconds{issuer="main"} 7',
    'issuer_keys_valid_until_timestamp_seconds{issuer="main"} 1800000060',
  ])
  assert.deepEqual(await samples('route_observed'), ['route_observed{route="a"} 1', 'route_observed{route="b"} 0'])
  assert.deepEqual(await samples('token_cache_entries'), ['token_cache_entries 3'])
  assert.deepEqual(await samples('log_lines_lost_total'), ['log_lines_lost_total 7'])
  assert.deepEqual(await samples('build_info'), [`build_info{version="1.2.3",node="${process.versions.node}"} 1`])
})

test('series of removed routes and issuers go, and begin again at one', async () => {
  const names = new Set(['kubernetes'])
  const { metrics, samples } = open({
    routes: () => [...names].map((name) => ({ name, mode: 'enforce' })),
    issuers: () => [],
  })
  metrics.decision(ALLOW, 1)
  metrics.decision(internalError(), 1)
  metrics.issuerRefresh('main', 'success')
  names.clear()
  assert.deepEqual(await samples('decisions_total'), [
    'decisions_total{route="unmatched",issuer="none",outcome="error",reason="internal_error"} 1',
  ])
  assert.deepEqual(await samples('issuer_refreshes_total'), [])
  assert.deepEqual(await samples('route_observed'), [])
  names.add('kubernetes')
  metrics.decision(ALLOW, 1)
  assert.match((await samples('decisions_total')).join(), /outcome="allow",reason="token"} 1/)
})

test('whatever is refused: the labels stay within a closed set', async () => {
  const { metrics, samples } = open()
  const reasons = Object.keys(DENIALS) as Reason[]
  fc.assert(
    fc.property(fc.constantFrom(...reasons), fc.string({ unit: 'binary' }), fc.boolean(), (reason, text, known) => {
      const unverified = { unverifiedIssuer: text, unverifiedKeyId: text }
      const denial = { reason, step: 'end', problem: text, ...unverified, actual: [text] } as const
      const request = { method: 'POST', host: text, path: text }
      metrics.decision(
        { ...EVIDENCE, route: known ? EVIDENCE.route : undefined, request, outcome: 'deny', reason, denial },
        1,
      )
    }),
  )
  const lines = await samples('decisions_total')
  assert.ok(lines.length <= 2 * reasons.length)
  for (const line of lines) {
    assert.match(
      line,
      /^decisions_total\{route="(?:kubernetes|unmatched)",issuer="main",outcome="deny",reason="[a-z_]+"\} \d+$/,
    )
  }
})
