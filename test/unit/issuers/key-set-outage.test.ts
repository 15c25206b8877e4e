import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from './fake-clock.ts'
import { A, B, JWKS_URI, keysNow, kidsOf, setUp, setUpWith } from './key-set-bench.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

test('52: the last good keys serve on while the issuer is down, and end after freshness plus maxStale', async (t) => {
  const { set, network, clock } = await setUpWith(t, [A], { maxStale: 3_600 })
  const [held] = keysNow(set.find('ES256', 'a'))
  network.refuse()
  await clock.advance(10 * MINUTE + HOUR)
  keysNow(set.find('ES256', 'a'))
  assert.equal(held?.live, true)
  assert.equal(set.status().keys, 1)
  await clock.advance(1)
  assert.equal(set.find('ES256', 'a'), 'unavailable')
  assert.equal(held?.live, false, 'also for a cached token')
  assert.equal(set.status().keys, 0)
})

test('maxStale 0: keys of a healthy issuer serve between two refreshes', async (t) => {
  const { set, clock } = await setUpWith(t, [A], { maxStale: 0 })
  for (let i = 0; i < 20; i++) {
    await clock.advance(7 * MINUTE)
    keysNow(set.find('ES256', 'a'))
  }
})

test('keys come back after they had been stale too long', async (t) => {
  const { set, network, publish, clock } = await setUpWith(t, [A], { maxStale: 60 })
  network.refuse()
  await clock.advance(2 * HOUR)
  assert.equal(set.find('ES256', undefined), 'unavailable')
  publish([A])
  await clock.advance(MINUTE)
  keysNow(set.find('ES256', 'a'))
})

test('back-off: 1 s, doubling to 60 s, and from 1 s again after a success', async (t) => {
  const { network, publish, clock, set } = setUp(t)
  network.refuse()
  await set.start()
  const delays: (number | undefined)[] = []
  for (let i = 0; i < 8; i++) {
    delays.push(clock.pending()[0])
    await clock.advance(clock.pending()[0] ?? 0)
  }
  assert.deepEqual(
    delays,
    [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * SECOND),
  )
  publish([A])
  await clock.advance(MINUTE)
  assert.deepEqual(clock.pending(), [10 * MINUTE])
  network.refuse()
  await clock.advance(10 * MINUTE)
  assert.deepEqual(clock.pending(), [SECOND])
})

test('an issuer that is down from the start and then comes up heals by itself', async (t) => {
  const { set, network, publish, clock } = setUp(t)
  network.refuse()
  await set.start()
  assert.equal(set.find('ES256', 'a'), 'unavailable')
  await clock.advance(30 * SECOND)
  publish([A])
  await clock.advance(32 * SECOND)
  keysNow(set.find('ES256', 'a'))
})

test('without usable keys a kid hurries the next try, once per cool-down, and no request waits', async (t) => {
  const { set, network, publish, clock } = setUp(t)
  network.refuse()
  await set.start()
  await clock.advance(5 * MINUTE)
  const before = network.calls.length
  for (let i = 0; i < 1_000; i++) assert.equal(set.find('ES256', `k${i}`), 'unavailable')
  await clock.advance(0)
  assert.equal(network.calls.length, before + 1)
  publish([A])
  await clock.advance(10 * SECOND)
  assert.equal(set.find('ES256', 'a'), 'unavailable')
  await clock.advance(0)
  keysNow(set.find('ES256', 'a'))
})

test('while an issuer hangs, requests without usable keys do not hang with it', async (t) => {
  const { set, network, clock } = setUp(t)
  network.hang()
  const started = set.start()
  await clock.advance(5_000)
  await started
  await clock.advance(SECOND)
  assert.equal(network.calls.length, 2, 'the second try is under way')
  assert.equal(set.find('ES256', 'a'), 'unavailable')
})

for (const [what, document] of [
  ['an empty set', { keys: [] }],
  ['a wholly unusable set', { keys: [{ kty: 'oct', k: 'AA' }] }],
  ['no set at all', { hello: 'world' }],
] as const) {
  test(`52: ${what} is a failed refresh: the last good keys stay`, async (t) => {
    const { set, network, clock, events } = await setUpWith(t, [A])
    const [held] = keysNow(set.find('ES256', 'a'))
    network.serve({ [JWKS_URI]: document })
    await clock.advance(10 * MINUTE)
    assert.equal(keysNow(set.find('ES256', 'a'))[0], held)
    assert.equal(held?.live, true)
    assert.equal(events.at(-1)?.outcome, 'failure')
    assert.equal(await set.find('ES256', 'b'), 'unavailable')
  })
}

test('flapping: every second fetch fails, and no request is refused', async (t) => {
  const { set, network, publish, clock, events } = await setUpWith(t, [A])
  for (let i = 0; i < 50; i++) {
    if (i % 2) publish([A])
    else network.refuse()
    await clock.advance(clock.pending()[0] ?? 0)
    keysNow(set.find('ES256', 'a'))
  }
  assert.equal(events.filter((event) => event.outcome === 'failure').length, 25)
  assert.equal(events.filter((event) => event.outcome === 'success').length, 26)
})

test('rotation during an outage is accepted with the first success', async (t) => {
  const { set, network, publish, clock } = await setUpWith(t, [A])
  network.refuse()
  await clock.advance(HOUR)
  publish([B])
  await clock.advance(MINUTE)
  assert.deepEqual(await kidsOf(set.find('ES256', 'b')), ['b'])
})

for (const [cacheControl, delay] of [
  ['max-age=300', 5 * MINUTE],
  ['max-age=1', MINUTE],
  ['max-age=0', MINUTE],
  ['max-age=86400', HOUR],
  ['no-store', 10 * MINUTE],
] as const) {
  test(`background: after Cache-Control "${cacheControl}" the next fetch comes in ${delay / SECOND} s`, async (t) => {
    const { set, publish, clock, network } = setUp(t)
    publish([A], { 'cache-control': cacheControl })
    await set.start()
    assert.deepEqual(clock.pending(), [delay])
    await clock.advance(delay)
    assert.equal(network.calls.length, 2)
  })
}

test('background: jitter brings the next fetch forward, never back', async (t) => {
  const { set, publish, clock } = setUp(t, { random: () => 0.999 })
  publish([A])
  await set.start()
  const [delay = 0] = clock.pending()
  assert.ok(delay > 9 * MINUTE && delay < 10 * MINUTE, `${delay}`)
})

test('background: a fetch for an unknown kid leaves exactly one schedule', async (t) => {
  const { set, clock } = await setUpWith(t, [A])
  await clock.advance(5 * MINUTE)
  await set.find('ES256', 'b')
  assert.deepEqual(clock.pending(), [10 * MINUTE])
})

test('status and events report the state', async (t) => {
  const { set, network, clock, events } = setUp(t)
  const status = { name: 'main', keys: 0, ageSeconds: undefined, tried: false, lastError: undefined }
  assert.partialDeepStrictEqual(set.status(), status)
  network.refuse()
  await set.start()
  const reason = 'keys: https://id.example.com/jwks: connection refused'
  assert.partialDeepStrictEqual(set.status(), { ...status, tried: true, lastError: reason })
  assert.equal(set.status().validForSeconds, undefined)
  network.serve({ [JWKS_URI]: { keys: [A.jwk, { kty: 'oct', kid: 'x', k: 'AA' }] } })
  await clock.advance(SECOND)
  assert.partialDeepStrictEqual(set.status(), { ...status, tried: true, keys: 1, ageSeconds: 0 })
  await clock.advance(90 * SECOND)
  assert.equal(set.status().ageSeconds, 90)
  assert.deepEqual(events, [
    { issuer: 'main', outcome: 'failure', keys: 0, skipped: [], reason },
    {
      issuer: 'main',
      outcome: 'success',
      keys: 1,
      skipped: [{ kid: 'x', reason: 'a shared secret (oct) in a public set' }],
    },
  ])
})

test('how long keys serve on is what is left of maxStale after they ceased to be fresh', async (t) => {
  const { set, network, clock } = await setUpWith(t, [A], { maxStale: 60 })
  assert.equal(set.status().validForSeconds, 10 * 60 + 60)
  network.refuse()
  await clock.advance(10 * MINUTE)
  assert.equal(set.status().validForSeconds, 60)
  await clock.advance(MINUTE)
  assert.deepEqual([set.status().validForSeconds, set.status().keys], [0, 1])
  await clock.advance(SECOND)
  assert.deepEqual([set.status().validForSeconds, set.status().keys], [-1, 0])
})

test('the wall clock may jump both ways', async (t) => {
  const { set, network, clock } = await setUpWith(t, [A], { maxStale: 60 })
  for (const now of [0, 8.64e15]) {
    t.mock.method(Date, 'now', () => now)
    keysNow(set.find('ES256', 'a'))
    assert.equal(set.status().ageSeconds, 0)
    assert.deepEqual(clock.pending(), [10 * MINUTE])
  }
  assert.equal(network.calls.length, 1)
})

test('when the keys are too old, a token of one of them makes the set look again', async (t) => {
  const { set, network, clock, publish } = await setUpWith(t, [A], { maxStale: 0 })
  network.refuse()
  await clock.advance(24 * 3_600_000)
  const asked = network.calls.length
  publish([A])
  assert.equal(set.find('ES256', 'a'), 'unavailable')
  await settle()
  assert.equal(network.calls.length, asked + 1)
  keysNow(set.find('ES256', 'a'))
})
