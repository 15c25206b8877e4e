import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { makeSigningKey } from '../../support/fake-issuer-keys.ts'
import { settle } from './fake-clock.ts'
import { A, B, C, D, JWKS_URI, keysNow, kidsOf, setUp, setUpWith } from './key-set-bench.ts'

const MINUTE = 60_000

test('start fetches the keys once; find then answers immediately and without a fetch', async (t) => {
  const { set, network } = await setUpWith(t, [A, B])
  assert.deepEqual(network.calls, [JWKS_URI])
  const [key] = keysNow(set.find('ES256', 'a'))
  assert.ok(key?.key.equals(A.publicKey))
  assert.equal(key?.live, true)
  assert.equal(key?.alg, 'ES256')
  assert.equal(network.calls.length, 1)
})

test('a request during the very first fetch waits for it', async (t) => {
  const { set, network, publish } = setUp(t)
  publish([A])
  network.hold()
  const started = set.start()
  const answers = [set.find('ES256', 'a'), set.find('ES256', undefined), set.find('RS256', undefined)]
  for (const answer of answers) assert.ok(answer instanceof Promise)
  network.release()
  await started
  assert.deepEqual(await Promise.all(answers.map(kidsOf)), [['a'], ['a'], 'unknown'])
  assert.equal(network.calls.length, 1)
})

test('unavailable: a request waits 5 s at most for the first fetch', async (t) => {
  const { set, network, clock } = setUp(t)
  network.hold()
  void set.start()
  const answer = set.find('ES256', 'a')
  await clock.advance(5_000)
  assert.equal(await answer, 'unavailable')
})

test('unavailable: waits no longer where a fetch takes several requests', async (t) => {
  const { set, network, clock } = setUp(t, { keys: { kind: 'discovery' } })
  network.hang()
  void set.start()
  const answer = set.find('ES256', 'a')
  let settled = false
  void Promise.resolve(answer).then(() => {
    settled = true
  })
  await clock.advance(4_999)
  assert.equal(settled, false)
  await clock.advance(1)
  assert.equal(settled, true)
  assert.equal(await answer, 'unavailable')
  assert.equal(network.calls.length, 2, 'the fetch goes on at the second place')
})

test('unavailable: never started', (t) => {
  assert.equal(setUp(t).set.find('ES256', 'a'), 'unavailable')
})

test('unavailable: never had keys', async (t) => {
  const { set, network } = setUp(t)
  network.refuse()
  await set.start()
  assert.equal(set.find('ES256', 'a'), 'unavailable')
  assert.equal(set.find('ES256', undefined), 'unavailable')
})

test('unknown: an alg that fits no key, without a kid or with an alg of no public key, never causes a fetch', async (t) => {
  const { set, network, clock } = await setUpWith(t, [A, B])
  for (const [alg, kid] of [
    ['RS256', undefined],
    ['RS256', 'a'],
    ['none', 'x'],
    ['HS256', 'x'],
    ['HS256', undefined],
    ['__proto__', 'x'],
  ] as const) {
    await clock.advance(11_000)
    assert.equal(set.find(alg, kid), 'unknown', `${alg} ${kid}`)
  }
  assert.equal(network.calls.length, 1)
})

test('51: 10,000 tokens without a kid cause no fetch', async (t) => {
  const { set, network } = await setUpWith(t, [A])
  for (let i = 0; i < 10_000; i++) assert.ok(!(set.find(i % 2 ? 'ES256' : 'RS256', undefined) instanceof Promise))
  await settle()
  assert.equal(network.calls.length, 1)
})

test('50: 10,000 tokens with a known kid cause no fetch, whatever their signature', async (t) => {
  const { set, network } = await setUpWith(t, [A])
  for (let i = 0; i < 10_000; i++) keysNow(set.find('ES256', 'a'))
  await settle()
  assert.equal(network.calls.length, 1)
})

test('49: 10,000 unknown kids cause one fetch per cool-down', async (t) => {
  const { set, network, clock } = await setUpWith(t, [A])
  const ask = async (from: number) => {
    for (let i = from; i < from + 2_500; i++) await set.find('ES256', `made-up-${i}`)
  }
  await ask(0)
  assert.equal(network.calls.length, 2)
  await clock.advance(9_999)
  await ask(2_500)
  assert.equal(network.calls.length, 2)
  await clock.advance(1)
  await ask(5_000)
  await ask(7_500)
  assert.equal(network.calls.length, 3)
})

test('49: 10,000 unknown kids at the same moment share one fetch', async (t) => {
  const { set, network } = await setUpWith(t, [A])
  network.hold()
  const answers = Array.from({ length: 10_000 }, (_, i) => set.find('ES256', `made-up-${i}`))
  await settle()
  network.release()
  assert.deepEqual(new Set(await Promise.all(answers)), new Set(['unknown', 'awaited']))
  assert.equal(await answers[0], 'unknown', 'the fetch began after it was seen')
  assert.equal(network.calls.length, 2)
})

test('54: rotation: the first token of a new key is accepted, and so are all others meanwhile', async (t) => {
  const { set, network, publish } = await setUpWith(t, [A])
  publish([A, B])
  const answers = Array.from({ length: 100 }, (_, i) => kidsOf(set.find('ES256', i % 2 ? 'a' : 'b')))
  for (const [i, answer] of answers.entries()) assert.deepEqual(await answer, [i % 2 ? 'a' : 'b'])
  assert.equal(network.calls.length, 2)
  keysNow(set.find('ES256', 'b'))
})

test('54: rotation to another type of key is found by its kid', async (t) => {
  const { set, publish } = await setUpWith(t, [A])
  publish([await makeSigningKey('EdDSA', 'e')])
  assert.deepEqual(await kidsOf(set.find('EdDSA', 'e')), ['e'])
})

test('54: a new key is accepted by the first use after a cool-down that a made-up kid began', async (t) => {
  const { set, publish, clock } = await setUpWith(t, [A])
  await set.find('ES256', 'made-up')
  publish([B])
  assert.equal(await set.find('ES256', 'b'), 'awaited')
  await clock.advance(10_000)
  assert.deepEqual(await kidsOf(set.find('ES256', 'b')), ['b'])
})

test('the cool-down counts fetches caused by an unknown kid only, not the first or a background one', async (t) => {
  const { set, network, publish, clock } = await setUpWith(t, [A])
  publish([A, B])
  assert.deepEqual(await kidsOf(set.find('ES256', 'b')), ['b'])
  await clock.advance(10 * MINUTE)
  assert.equal(network.calls.length, 3)
  publish([A, B, C])
  assert.deepEqual(await kidsOf(set.find('ES256', 'c')), ['c'])
})

test('an unknown kid joins a background fetch, and has its own where that one left too early', async (t) => {
  const { set, network, publish, clock } = await setUpWith(t, [A])
  network.hold()
  await clock.advance(10 * MINUTE)
  assert.equal(network.calls.length, 2)
  publish([A, B])
  const answers = [set.find('ES256', 'b'), set.find('ES256', 'b'), set.find('ES256', 'a')]
  await settle()
  assert.equal(network.calls.length, 2, 'one fetch in flight')
  network.release()
  assert.deepEqual(await Promise.all(answers.map(kidsOf)), [['b'], ['b'], ['a']])
  assert.equal(network.calls.length, 3)
})

test('unavailable: an unknown kid waits 5 s at most', async (t) => {
  const { set, network, clock } = await setUpWith(t, [A])
  network.hold()
  const answer = set.find('ES256', 'b')
  let settled = false
  void Promise.resolve(answer).then(() => {
    settled = true
  })
  await clock.advance(4_999)
  assert.equal(settled, false)
  await clock.advance(1)
  assert.equal(await answer, 'unavailable')
})

test('unavailable: an unknown kid while the last fetch failed; known ones are served', async (t) => {
  const { set, network } = await setUpWith(t, [A])
  network.refuse()
  assert.equal(await set.find('ES256', 'b'), 'unavailable')
  assert.equal(await set.find('ES256', 'c'), 'unavailable', 'within the cool-down')
  keysNow(set.find('ES256', 'a'))
})

test('53: a key that leaves the set is dead at the refresh, also for who holds it', async (t) => {
  const { set, publish, clock } = await setUpWith(t, [A, B])
  const [held] = keysNow(set.find('ES256', 'a'))
  publish([B])
  assert.equal(held?.live, true)
  await clock.advance(10 * MINUTE)
  assert.equal(held?.live, false)
  assert.equal(await set.find('ES256', 'a'), 'unknown')
})

test('a key that stays keeps its identity, and one that comes back is a new one', async (t) => {
  const { set, publish, clock } = await setUpWith(t, [A, B])
  const [first] = keysNow(set.find('ES256', 'a'))
  await clock.advance(10 * MINUTE)
  assert.equal(keysNow(set.find('ES256', 'a'))[0], first)
  assert.equal(first?.live, true)
  publish([B])
  await clock.advance(10 * MINUTE)
  publish([A, B])
  await clock.advance(10 * MINUTE)
  const [again] = keysNow(set.find('ES256', 'a'))
  assert.notEqual(again, first)
  assert.equal(again?.live, true)
  assert.equal(first?.live, false)
})

test('a kid that gets another key, or another alg, is another key', async (t) => {
  const { set, network, publish, clock } = await setUpWith(t, [A])
  const [old] = keysNow(set.find('ES256', 'a'))
  publish([{ ...B, jwk: { ...B.jwk, kid: 'a' } }])
  await clock.advance(10 * MINUTE)
  const [replaced] = keysNow(set.find('ES256', 'a'))
  assert.equal(old?.live, false)
  assert.ok(replaced?.key.equals(B.publicKey))
  network.serve({ [JWKS_URI]: { keys: [{ ...B.jwk, kid: 'a', alg: undefined }] } })
  await clock.advance(10 * MINUTE)
  assert.equal(replaced?.live, false)
  assert.equal(keysNow(set.find('ES256', 'a'))[0]?.alg, undefined)
})

test('J26: keys that share a kid are all answered; the same key twice is one', async (t) => {
  const { set } = await setUpWith(t, [A, { ...B, jwk: { ...B.jwk, kid: 'a' } }, A])
  const found = keysNow(set.find('ES256', 'a'))
  assert.equal(found.length, 2)
  assert.equal(set.status().keys, 2)
})

for (const [what, keys, alg] of [
  ['jwksFile', { kind: 'jwksFile', file: 'keys.json', document: { keys: [A.jwk, { kty: 'oct', k: 'AA' }] } }, 'ES256'],
  [
    'publicKeyFile',
    { kind: 'publicKeyFile', file: 'a.pem', pem: A.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
    'ES256',
  ],
  ['secretFile', { kind: 'secretFile', file: 'secret', secret: Buffer.alloc(32, 1) }, 'HS256'],
] as const) {
  test(`${what}: answers immediately, for ever, and never fetches`, async (t) => {
    const { set, network, clock, events } = setUp(t, { keys, maxStale: 0 })
    await set.start()
    const [key] = keysNow(set.find(alg, 'a'))
    assert.ok(key?.key.equals(alg === 'HS256' ? createSecretKey(Buffer.alloc(32, 1)) : A.publicKey))
    await clock.advance(400 * 24 * 60 * MINUTE)
    assert.equal(key?.live, true)
    assert.equal(set.find('RS256', 'unknown'), 'unknown')
    assert.partialDeepStrictEqual(set.status(), {
      name: 'main',
      keys: 1,
      ageSeconds: 0,
      tried: true,
      lastError: undefined,
    })
    assert.deepEqual(network.calls, [])
    assert.deepEqual(clock.pending(), [])
    assert.deepEqual(
      events.map(({ outcome, skipped }) => [outcome, skipped.length]),
      [['success', what === 'jwksFile' ? 1 : 0]],
    )
  })
}

test('unavailable: a configured file without a usable key says why and is not retried', async (t) => {
  const { set, clock } = setUp(t, { keys: { kind: 'publicKeyFile', file: 'a.pem', pem: 'nonsense' } })
  await set.start()
  assert.equal(set.find('ES256', 'a'), 'unavailable')
  assert.match(set.status().lastError ?? '', /not a PEM file/)
  assert.deepEqual(clock.pending(), [])
})

test('close stops the schedule and the fetch in flight; keys at hand still answer', async (t) => {
  const { set, network, clock } = await setUpWith(t, [A])
  network.hang()
  const answer = set.find('ES256', 'b')
  await settle()
  set.close()
  assert.equal(await answer, 'awaited')
  await clock.advance(60 * MINUTE)
  assert.equal(network.calls.length, 2)
  assert.deepEqual(clock.pending(), [])
  keysNow(set.find('ES256', 'a'))
  await set.find('ES256', 'zzz')
  assert.equal(network.calls.length, 2)
  assert.deepEqual(clock.pending(), [])
  assert.equal(set.closed, true)
})

test('close ends a schedule that waits', async (t) => {
  const { set, clock } = await setUpWith(t, [A])
  assert.equal(clock.pending().length, 1)
  set.close()
  assert.deepEqual(clock.pending(), [])
})

test('single flight: starting twice fetches once', async (t) => {
  const { set, network, publish } = setUp(t)
  publish([A])
  await Promise.all([set.start(), set.start()])
  assert.equal(network.calls.length, 1)
})

test('close during the first fetch answers who waits', async (t) => {
  const { set, network } = setUp(t)
  network.hang()
  const started = set.start()
  const answer = set.find('ES256', 'a')
  set.close()
  await started
  assert.equal(await answer, 'unavailable')
})

test('a listener that throws costs nothing', async (t) => {
  const bench = setUp(t)
  bench.publish([D])
  const set = new (await import('../../../src/issuers/key-set.ts')).KeySet(bench.set.issuer, {
    fetch: bench.network.fetch,
    clock: bench.clock,
    random: () => 0,
    onRefresh: () => {
      throw new Error('broken listener')
    },
  })
  await set.start()
  keysNow(set.find('ES256', 'd'))
  set.close()
})
