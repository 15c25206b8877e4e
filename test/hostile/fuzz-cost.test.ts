import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FULL, runs, SEED } from './effort.ts'
import { type Costly, climb } from './fuzz/cost-climb.ts'
import { printTable } from './table.ts'

/** Milliseconds of CPU for a kilobyte, beyond a plain answer and one signature check. */
const MOST = 1
const MINUTES = Number(process.env['HOSTILE_MINUTES'] ?? 10)
const TRIES = runs(1500, Number.POSITIVE_INFINITY)

test('no request costs more than a millisecond of CPU for each of its kilobytes', async () => {
  const end = performance.now() + MINUTES * 60_000
  const { best, longest, tried } = await climb(SEED, (count) => count < TRIES && (!FULL || performance.now() < end))
  printTable(
    'Fuzz: the requests that cost most for a kilobyte',
    ['route', 'reason', 'bytes', 'CPU ms', 'ms per KB', 'made of'],
    [...best, ...(longest === undefined ? [] : [longest])].map((found) => [
      ...[found.call.route || '(by path)', found.reason, found.bytes],
      ...[found.milliseconds.toFixed(2), found.perKilobyte.toFixed(3), madeOf(found)],
    ]),
    [`The last line is the one that took longest. Seed ${SEED}; ${tried} requests tried.`],
  )
  const [worst] = best
  assert.ok(worst !== undefined && worst.perKilobyte < MOST, worst === undefined ? 'none' : madeOf(worst))
})

/** The largest part of it, in a line. */
function madeOf({ draft, call }: Costly): string {
  const { template, claim, body, ...texts } = draft
  const shown = { ...texts, ...(call.body === '' ? {} : { template, body }), ...(claim === undefined ? {} : { claim }) }
  return JSON.stringify(shown).slice(0, 300)
}
