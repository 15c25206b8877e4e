import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createQuestionPool,
  MAX_IN_FLIGHT,
  MAX_IN_FLIGHT_OF_STRANGERS,
  MAX_TURN_WAIT_MS,
} from '../../../src/issuers/question-pool.ts'
import { fakeClock } from './fake-clock.ts'

/** How many enter before the first has to wait. */
function turnsOf(pool: ReturnType<typeof createQuestionPool>, known: boolean): number {
  let turns = 0
  while (pool.enter(known) === true) turns++
  return turns
}

test('strangers have 48 turns, and known tokens the rest of 64', () => {
  const pool = createQuestionPool(fakeClock())
  assert.equal(turnsOf(pool, false), MAX_IN_FLIGHT_OF_STRANGERS)
  assert.equal(turnsOf(pool, true), MAX_IN_FLIGHT - MAX_IN_FLIGHT_OF_STRANGERS)
})

test('known tokens may have all 64 turns, and then strangers wait', () => {
  const pool = createQuestionPool(fakeClock())
  assert.equal(turnsOf(pool, true), MAX_IN_FLIGHT)
  assert.equal(turnsOf(pool, false), 0)
})

for (const [kind, known, turns] of [
  ['known token', true, MAX_IN_FLIGHT],
  ['stranger', false, MAX_IN_FLIGHT_OF_STRANGERS],
] as const) {
  test(`a turn of a ${kind} that ends goes to the first in the queue, the next one to the second`, async () => {
    const clock = fakeClock()
    const pool = createQuestionPool(clock)
    for (let turn = 0; turn < turns; turn++) void pool.enter(known)
    const waiting = [pool.enter(known), pool.enter(known)]
    pool.leave(known)
    pool.leave(known)
    await clock.advance(MAX_TURN_WAIT_MS)
    assert.deepEqual(await Promise.all(waiting), [true, true])
  })
}
