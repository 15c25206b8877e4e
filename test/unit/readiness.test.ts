import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Issuer, KeySource } from '../../src/config/model-issuer.ts'
import { createReadiness } from '../../src/readiness.ts'
import { NO_REVOCATIONS, sampleAccept, sampleIssuer, sampleRoute } from './decision/sample.ts'
import { fakeClock } from './issuers/fake-clock.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
/** 2027-01-15T08:00:00Z, in seconds. */
const START = 1_800_000_000

const MAIN = sampleIssuer()
const OTHER = sampleIssuer({ name: 'other' })

const LOCAL: readonly KeySource[] = [
  { kind: 'jwksFile', file: '/keys.json', document: {} },
  { kind: 'publicKeyFile', file: '/key.pem', pem: '' },
  { kind: 'secretFile', file: '/secret', secret: Buffer.alloc(32) },
  { kind: 'tokensFile', file: '/tokens', tokens: [] },
]

/** A process whose routes accept these issuers; `arrive` brings the first keys of one. */
function start(accepted: readonly Issuer[], readyWithoutKeys = 15 * MINUTE) {
  const clock = fakeClock(5)
  const had = new Set<string>()
  const world = { accepted }
  const generation = () => ({
    config: {
      issuers: [MAIN, OTHER],
      routes: world.accepted.map((issuer) => sampleRoute({ accept: [sampleAccept({ issuer })] })),
      revocations: NO_REVOCATIONS,
    },
    issuers: () =>
      [MAIN, OTHER].map(({ name }) => ({
        name,
        tried: true,
        keys: had.has(name) ? 1 : 0,
        ageSeconds: had.has(name) ? 0 : undefined,
        validForSeconds: undefined,
        lastError: undefined,
      })),
  })
  const now = () => START + (clock.now() - 5) / 1000
  const { readiness, watch } = createReadiness({ clock, readyWithoutKeys, generation, now })
  return { clock, readiness, watch, world, arrive: ({ name }: Issuer) => had.add(name), lose: () => had.clear() }
}

describe('a process that starts', () => {
  it('is ready with the first keys of its only issuer, and says until when it waits for them', () => {
    const { readiness, arrive } = start([MAIN])
    assert.deepEqual(readiness(), { ready: false, missing: ['main'], until: '2027-01-15T08:15:00Z' })
    arrive(MAIN)
    assert.deepEqual(readiness(), { ready: true, missing: [], until: undefined })
  })

  it('without any keys waits for as long as configured, and not a second longer', async () => {
    const { clock, readiness } = start([MAIN, OTHER], 20 * MINUTE)
    await clock.advance(20 * MINUTE - 1)
    assert.deepEqual(readiness(), { ready: false, missing: ['main', 'other'], until: '2027-01-15T08:20:00Z' })
    await clock.advance(1)
    assert.deepEqual(readiness(), { ready: true, missing: ['main', 'other'], until: undefined })
  })

  it('with the keys of some issuers waits a minute for those of the others', async () => {
    const { clock, readiness, arrive } = start([MAIN, OTHER])
    arrive(OTHER)
    await clock.advance(MINUTE - 1)
    assert.deepEqual(readiness(), { ready: false, missing: ['main'], until: '2027-01-15T08:01:00Z' })
    await clock.advance(1)
    assert.equal(readiness().ready, true)
  })

  it('that has waited for a minute is ready with the first keys of any issuer', async () => {
    const { clock, readiness, arrive } = start([MAIN, OTHER])
    await clock.advance(5 * MINUTE)
    assert.equal(readiness().ready, false)
    arrive(MAIN)
    assert.equal(readiness().ready, true)
  })

  it('waits for the others no longer than for all', async () => {
    const { clock, readiness, arrive } = start([MAIN, OTHER], 30 * SECOND)
    arrive(MAIN)
    await clock.advance(30 * SECOND - 1)
    assert.equal(readiness().until, '2027-01-15T08:00:30Z')
    await clock.advance(1)
    assert.equal(readiness().ready, true)
  })

  it('configured to wait for ever it is not ready without any keys, and names no time', async () => {
    const { clock, readiness, arrive } = start([MAIN, OTHER], Number.POSITIVE_INFINITY)
    await clock.advance(1000 * 60 * MINUTE)
    assert.deepEqual(readiness(), { ready: false, missing: ['main', 'other'], until: undefined })
    arrive(MAIN)
    assert.equal(readiness().ready, true)
  })

  it('configured not to wait it is ready', () => assert.equal(start([MAIN], 0).readiness().ready, true))

  it('does not wait for an issuer that no route accepts', () => {
    const { readiness, arrive } = start([MAIN])
    arrive(MAIN)
    assert.equal(readiness().ready, true)
    assert.equal(start([]).readiness().ready, true)
  })

  for (const keys of LOCAL) {
    it(`does not count an issuer whose keys are in a file (${keys.kind}), neither as missing nor as there`, async () => {
      const local = sampleIssuer({ name: 'other', keys })
      assert.equal(start([local]).readiness().ready, true)
      const { clock, readiness, arrive } = start([MAIN, local])
      arrive(local)
      await clock.advance(2 * MINUTE)
      assert.deepEqual(readiness().missing, ['main'])
      assert.equal(readiness().ready, false)
    })
  }
})

describe('a process that was ready', () => {
  it('stays so when its keys are gone, and when a reload brings an issuer that is down', () => {
    const { readiness, arrive, lose, world } = start([MAIN])
    arrive(MAIN)
    assert.equal(readiness().ready, true)
    world.accepted = [OTHER]
    lose()
    assert.equal(readiness().ready, true)
  })
})

describe('who wants to know', () => {
  it('is notified when time made it ready, and not after the end', async () => {
    const { clock, readiness, watch } = start([MAIN])
    const seen: boolean[] = []
    watch(() => seen.push(readiness().ready))
    await clock.advance(2 * MINUTE)
    assert.deepEqual(seen, [false])
    await clock.advance(14 * MINUTE)
    assert.deepEqual(seen, [false, true])
    const late = start([MAIN])
    late.watch(() => assert.fail('it had ended'))()
    await late.clock.advance(20 * MINUTE)
  })

  it('is not notified of a time that never comes', () => {
    const { clock, watch } = start([MAIN], Number.POSITIVE_INFINITY)
    watch(() => {})
    assert.equal(clock.pending().length, 1)
  })
})
