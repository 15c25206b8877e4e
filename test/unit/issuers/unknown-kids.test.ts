import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_WAITING } from '../../../src/issuers/key-set.ts'
import { UnknownKids } from '../../../src/issuers/unknown-kids.ts'
import { fakeClock, settle } from './fake-clock.ts'
import { A, B, C, keysNow, kidsOf, setUpWith } from './key-set-bench.ts'

const MINUTE = 60_000

test('a token of a new key is never called bad while made-up kids use up the cool-down', async (t) => {
  const { set, publish, clock, network } = await setUpWith(t, [A])
  await set.find('ES256', 'made-up')
  publish([A, B])
  for (let second = 1; second < 10; second++) {
    await clock.advance(1_000)
    for (let at = 0; at < 50; at++) await set.find('ES256', `made-up-${second}-${at}`)
    assert.equal(await set.find('ES256', 'b'), 'awaited', `after ${second} s`)
  }
  assert.equal(network.calls.length, 2)
  await clock.advance(1_000)
  assert.equal(network.calls.length, 3, 'the fetch begins by itself')
  keysNow(set.find('ES256', 'b'))
})

test('a made-up kid is called bad as soon as a fetch that began after it has ended', async (t) => {
  const { set, clock } = await setUpWith(t, [A])
  assert.equal(await set.find('ES256', 'first'), 'unknown', 'its own fetch shows it')
  assert.equal(await set.find('ES256', 'second'), 'awaited')
  await clock.advance(9_999)
  assert.equal(await set.find('ES256', 'second'), 'awaited')
  await clock.advance(1)
  assert.equal(await set.find('ES256', 'second'), 'unknown')
  assert.equal(await set.find('ES256', 'first'), 'unknown')
})

test('a fetch that was in flight when a kid was first seen says nothing about it', async (t) => {
  const { set, network, clock } = await setUpWith(t, [A])
  await set.find('ES256', 'uses up the cool-down')
  network.hold()
  await clock.advance(10 * MINUTE)
  void set.find('ES256', 'causes a fetch')
  await settle()
  await network.release()
  await settle()
  network.hold()
  await clock.advance(10 * MINUTE)
  const answer = set.find('ES256', 'late')
  network.release()
  assert.equal(await answer, 'unknown', 'another fetch followed')
})

test('after a fetch for the kids of one cool-down none follows by itself', async (t) => {
  const { set, network, clock } = await setUpWith(t, [A])
  await set.find('ES256', 'first')
  await set.find('ES256', 'second')
  await clock.advance(10_000)
  assert.equal(network.calls.length, 3)
  await clock.advance(9 * MINUTE)
  assert.equal(network.calls.length, 3)
})

test('a fetch that failed calls no kid bad, and the next good one does', async (t) => {
  const { set, network, publish, clock } = await setUpWith(t, [A])
  await set.find('ES256', 'first')
  await set.find('ES256', 'second')
  network.refuse()
  await clock.advance(10_000)
  assert.equal(await set.find('ES256', 'second'), 'unavailable')
  publish([A, C])
  await clock.advance(MINUTE)
  assert.equal(await set.find('ES256', 'second'), 'unknown')
  assert.deepEqual(await kidsOf(set.find('ES256', 'c')), ['c'])
})

test('the kid of a key that was withdrawn is bad immediately, whatever strangers make up', async (t) => {
  const { set, publish, clock } = await setUpWith(t, [A, B])
  publish([B])
  await clock.advance(10 * MINUTE)
  for (let at = 0; at < 20_000; at++) await set.find('ES256', `made-up-${at}`)
  assert.equal(await set.find('ES256', 'a'), 'unknown')
})

test('a kid that was forgotten among many made-up ones is new again, never bad', async (t) => {
  const { set, clock } = await setUpWith(t, [A])
  await set.find('ES256', 'honest')
  assert.equal(await set.find('ES256', 'honest'), 'unknown')
  for (let at = 0; at < 10_000; at++) await set.find('ES256', `made-up-${at}`)
  assert.equal(await set.find('ES256', 'honest'), 'awaited')
  await clock.advance(10_000)
  assert.equal(await set.find('ES256', 'honest'), 'unknown')
})

test('while a fetch is slow, made-up kids do not pile up requests that wait', async (t) => {
  const { set, network, clock } = await setUpWith(t, [A])
  assert.equal(await set.find('ES256', 'bad'), 'unknown')
  await set.find('ES256', 'unanswered')
  network.refuse()
  await clock.advance(10_000)
  network.hold()
  await clock.advance(10_000)
  const waiting = Array.from({ length: MAX_WAITING }, (_, at) => set.find('ES256', `made-up-${at}`))
  for (const answer of waiting) assert.ok(answer instanceof Promise)
  assert.equal(set.find('ES256', 'one more'), 'awaited')
  assert.equal(set.find('ES256', 'bad'), 'unknown')
  assert.equal(set.find('ES256', 'unanswered'), 'awaited', 'a fetch that failed answers for no kid')
  keysNow(set.find('ES256', 'a'))
  network.release()
  await Promise.all(waiting)
  assert.ok(set.find('ES256', 'one more') instanceof Promise, 'there is room again')
})

test('close ends a fetch that was to come', async (t) => {
  const { set, clock } = await setUpWith(t, [A])
  await set.find('ES256', 'first')
  await set.find('ES256', 'second')
  assert.equal(clock.pending().length, 2)
  set.close()
  assert.deepEqual(clock.pending(), [])
})

test('a fetch that another cause began answers for the kids before it, and none follows for them', async () => {
  const clock = fakeClock(100_000)
  let fetches = 0
  const kids = new UnknownKids(clock, async () => {
    fetches++
    kids.beginFetch()()
  })
  await kids.fetchNow()
  kids.isAnswered('a')
  kids.fetchSoon()
  kids.fetchSoon()
  assert.deepEqual(clock.pending(), [10_000])
  kids.beginFetch()()
  await clock.advance(MINUTE)
  assert.equal(fetches, 1)
})

test('a kid that is first seen during a fetch has another one, and then none', async () => {
  const clock = fakeClock(100_000)
  let fetches = 0
  const kids = new UnknownKids(clock, async () => {
    fetches++
    const answered = kids.beginFetch()
    if (fetches === 2) kids.isAnswered('late')
    answered()
  })
  await kids.fetchNow()
  kids.isAnswered('early')
  kids.fetchSoon()
  await clock.advance(MINUTE)
  assert.equal(fetches, 3)
  assert.equal(kids.isAnswered('late'), true)
})
