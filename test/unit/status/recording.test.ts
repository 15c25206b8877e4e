import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MINUTES, MinuteCounts } from '../../../src/status/recording/minute-counts.ts'
import { createRecentDecisions } from '../../../src/status/recording/recent-decisions.ts'
import { createRecentRefusals, MAX_REFUSALS } from '../../../src/status/recording/recent-refusals.ts'
import { createRecorder } from '../../../src/status/recording/recorder.ts'
import { none, sampleRefusal } from './sample-status.ts'

describe('events of the last 15 minutes', () => {
  it('are counted by the minute, and forgotten after 15 of them', () => {
    const counts = new MinuteCounts()
    for (const minute of [100, 100, 107, 114]) counts.add(minute)
    assert.deepEqual(counts.perMinute(114), [2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1])
    assert.equal(counts.total(114), 4)
    assert.equal(counts.total(115), 2)
    assert.equal(counts.total(121), 2)
    assert.equal(counts.total(128), 1)
    assert.equal(counts.total(129), 0)
    counts.add(1_000_000)
    assert.deepEqual(counts.perMinute(1_000_000), [...new Array(MINUTES - 1).fill(0), 1])
  })
})

/** Bytes of the heap that something still refers to. */
function heapAfterCollection(): number {
  setFlagsFromString('--expose_gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

function decisions() {
  const time = { ms: 3_600_000 }
  const recent = createRecentDecisions({ clock: () => time.ms, now: () => 1_000_000 + time.ms / 1000 })
  const read = () => recent.read('api') ?? assert.fail('nothing was counted')
  return { time, recent, read }
}

describe('what became of the requests of a route', () => {
  it('is counted by outcome and reason, the most frequent first', () => {
    const { recent, read } = decisions()
    for (let index = 0; index < 5; index++) recent.add('api', 'allow', 'token')
    for (let index = 0; index < 2; index++) recent.add('api', 'deny', 'credentials_missing')
    recent.add('api', 'error', 'keys_unavailable')
    recent.add('api', 'retry', 'key_unknown')
    recent.add('api', 'would_deny', 'scope_insufficient')
    recent.add('other', 'deny', 'token_expired')
    const { allowed, refused, wouldDeny, reasons, perMinute } = read()
    assert.deepEqual([allowed, refused, wouldDeny], [5, 4, 1])
    assert.deepEqual(reasons.slice(0, 2), [
      { outcome: 'allow', reason: 'token', count: 5 },
      { outcome: 'deny', reason: 'credentials_missing', count: 2 },
    ])
    assert.deepEqual([perMinute.allowed.at(-1), perMinute.refused.at(-1)], [6, 4])
    assert.equal(recent.read('never asked'), undefined)
  })

  it('shows since when every request has been refused, until one passes', () => {
    const { time, recent, read } = decisions()
    recent.add('api', 'allow', 'token')
    time.ms += 60_000
    recent.add('api', 'deny', 'token_expired')
    time.ms += 3 * 3_600_000
    recent.add('api', 'deny', 'token_expired')
    // Passes without a token, so it says nothing about who gets in.
    recent.add('api', 'allow', 'preflight')
    assert.deepEqual([read().refusedInARow, read().refusedSince], [2, 1_000_000 + 3_660])
    recent.add('api', 'allow', 'token')
    assert.deepEqual([read().refusedInARow, read().refusedSince], [0, 0])
  })

  it('forgets a login loop five minutes after it has ended', () => {
    const { time, recent, read } = decisions()
    for (let index = 0; index < 3; index++) {
      recent.add('api', 'deny', 'audience_mismatch')
      recent.addFreshToken('api')
    }
    time.ms += 4 * 60_000
    assert.equal(read().freshTokensRefused, 3)
    time.ms += 60_000
    assert.equal(read().freshTokensRefused, 0)
    assert.equal(read().refused, 3)
  })

  it('is forgotten with the route', () => {
    const { recent } = decisions()
    recent.add('old', 'allow', 'token')
    recent.keep(new Set(['api']))
    assert.equal(recent.read('old'), undefined)
  })

  it('costs no memory to count: a million allowed requests allocate nothing', () => {
    const { recent } = decisions()
    const count = (times: number) => {
      for (let index = 0; index < times; index++) recent.add('api', 'allow', 'token')
    }
    count(200_000)
    // Whatever else this process does in between may allocate, so the best of some rounds counts.
    const grown = Array.from({ length: 5 }, () => {
      const before = process.memoryUsage().heapUsed
      count(1_000_000)
      return Math.abs(process.memoryUsage().heapUsed - before)
    })
    assert.ok(Math.min(...grown) < 200_000, `${grown.join(', ')} bytes`)
  })
})

describe('the last refusals', () => {
  it('are the last 200, newest first', () => {
    const recent = createRecentRefusals()
    for (let index = 0; index < 250; index++) recent.add(sampleRefusal({ path: `/${index}` }), 'unverified')
    const paths = recent.read().map(({ path }) => path)
    assert.equal(paths.length, MAX_REFUSALS)
    assert.deepEqual([paths[0], paths.at(-1)], ['/249', '/50'])
  })

  it('strangers cannot push out what happened to callers with a good signature', () => {
    const recent = createRecentRefusals()
    for (let index = 0; index < 30; index++) recent.add(sampleRefusal({ sub: `client ${index}` }), 'accepted')
    for (let index = 0; index < 1_000; index++) recent.add(sampleRefusal({ path: `/${index}` }), 'unverified')
    const refusals = recent.read()
    assert.equal(refusals.length, MAX_REFUSALS)
    assert.equal(refusals.filter(({ sub }) => sub?.startsWith('client ')).length, 30)
    for (let index = 0; index < 1_000; index++) recent.add(sampleRefusal({ sub: `client ${index}` }), 'refused')
    assert.equal(recent.read().filter(({ path }) => path !== '/mcp/grafana').length, MAX_REFUSALS / 2)
  })

  it('take bounded memory: a million refusals with distinct values', () => {
    const recent = createRecentRefusals()
    const { time, route, issuer, outcome, reason, durationMs } = sampleRefusal()
    const refusal = { time, route, issuer, outcome, reason, durationMs }
    const before = heapAfterCollection()
    for (let index = 0; index < 1_000_000; index++) {
      recent.add({ ...refusal, path: `/${index}` }, index % 2 === 0 ? 'unverified' : 'accepted')
    }
    const grown = heapAfterCollection() - before
    assert.equal(recent.read().length, MAX_REFUSALS)
    assert.ok(grown < 2 * 1024 * 1024, `${grown} bytes`)
  })

  it('do not keep the large texts alive that their values were cut from', () => {
    const recent = createRecentRefusals()
    const before = heapAfterCollection()
    for (let index = 0; index < MAX_REFUSALS; index++) {
      const large = Buffer.alloc(256 * 1024, `${index} `).toString('latin1')
      recent.add(sampleRefusal({ sub: large.slice(0, 200) }), 'accepted')
    }
    const grown = heapAfterCollection() - before
    assert.equal(recent.read().length, MAX_REFUSALS)
    assert.ok(grown < 5 * 1024 * 1024, `${grown} bytes, of 50 MiB that were cut`)
  })

  it('of long claims fewer are kept: a megabyte at most', () => {
    const recent = createRecentRefusals()
    const actual = new Array<string>(20).fill('\u0000'.repeat(200))
    for (let index = 0; index < 300; index++) recent.add(sampleRefusal({ evidence: { actual } }), 'accepted')
    const kept = recent.read()
    assert.ok(kept.length > 20 && JSON.stringify(kept).length <= 1024 * 1024 + kept.length + 1, `${kept.length}`)
  })
})

describe('configuration, certificate and introspection', () => {
  it('keep the last problem until it is solved', () => {
    const recorder = createRecorder({ clock: () => 0, now: () => 1_000_000 })
    const changes = { routes: none, issuers: none, revocationsChanged: false }
    recorder.onConfiguration(changes, [])
    assert.equal(recorder.loaded()?.first, true)
    recorder.onConfigurationRefused(Array.from({ length: 300 }, (_, index) => `problem ${index}`))
    assert.equal(recorder.configurationRefused()?.problems.length, 20)
    recorder.onConfiguration(changes, ['odd'])
    assert.deepEqual([recorder.loaded()?.first, recorder.loaded()?.warnings], [false, ['odd']])
    assert.equal(recorder.configurationRefused(), undefined)

    recorder.onCertificateRefused('bad')
    assert.deepEqual(recorder.certificateRefused()?.problems, ['bad'])
    recorder.onCertificate()
    assert.equal(recorder.certificateRefused(), undefined)

    recorder.onIntrospection('main', 'status 500')
    recorder.onIntrospection('gone', 'status 500')
    recorder.keep(new Set(), new Set(['main']))
    assert.deepEqual(
      [recorder.introspectionError('main'), recorder.introspectionError('gone')],
      ['status 500', undefined],
    )
    recorder.onIntrospection('main', undefined)
    assert.equal(recorder.introspectionError('main'), undefined)
  })
})
