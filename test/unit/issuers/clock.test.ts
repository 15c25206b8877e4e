import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshFor, refreshDelay, retryDelay } from '../../../src/issuers/clock.ts'

const almostOne = 1 - Number.EPSILON

test('fresh for the max-age within a minute and an hour, else ten minutes', () => {
  assert.deepEqual(
    [undefined, 0, 59, 61, 3_599, 3_601, 9_999_999_999].map(freshFor),
    [600_000, 60_000, 60_000, 61_000, 3_599_000, 3_600_000, 3_600_000],
  )
})

test('a refresh comes up to a tenth earlier, never later', () => {
  assert.equal(
    refreshDelay(600_000, () => 0),
    600_000,
  )
  const earliest = refreshDelay(600_000, () => almostOne)
  assert.ok(earliest >= 540_000 && earliest < 540_001, `${earliest}`)
})

test('a retry comes within a minute, and never immediately, after any number of failures', () => {
  for (const failures of [1, 2, 7, 100, 100_000]) {
    assert.ok(retryDelay(failures, () => 0) <= 60_000)
    assert.ok(retryDelay(failures, () => almostOne) >= 500)
  }
})
