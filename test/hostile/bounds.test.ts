import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { suite, test } from 'node:test'
import { cpuTime } from './bounds/cpu-time.ts'
import { PLACES } from './bounds/page.ts'

/** A small input is this part of one at the bound. */
const PART = 16
const SMALLEST = 16
/** How many times a byte at the bound may cost what one of a small input does; with the square of the length it were 16 times. */
const DEARER = 8
/** How many times an input far past the bound may cost what one at it does. */
const DEARER_BEYOND = 2
/** Too little to be compared: milliseconds of CPU for one call. */
const NOTHING = 0.02

suite('a text of a stranger costs no more for each byte when it is long, and nothing past its bound', () => {
  for (const place of PLACES) {
    const { work, largest, beyond, shapes } = place
    for (const [shape, make] of Object.entries(shapes)) {
      test(`${work}: ${shape}`, () => {
        const part = Math.max(SMALLEST, Math.floor(largest / PART))
        // The large one first, or the small one pays for the compilation.
        const atBound = cpuTime(make(largest))
        const ratio = atBound / cpuTime(make(part)) / (largest / part)
        assert.ok(atBound < NOTHING || ratio < DEARER, `a byte at the bound costs ${ratio.toFixed(1)} times as much`)
        if (beyond === undefined) return
        const far = cpuTime(make(beyond))
        assert.ok(
          far < NOTHING || far < atBound * DEARER_BEYOND,
          `past the bound it costs ${far.toFixed(3)} ms, at it ${atBound.toFixed(3)} ms`,
        )
      })
    }
  }
})

test('every place is in a file that exists', () => {
  for (const { file } of PLACES) assert.ok(existsSync(new URL(`../../${file}`, import.meta.url)), file)
})
