import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { FULL, runs } from './effort.ts'
import { BY_HAND } from './mutation/by-hand.ts'
import { judgeMutants } from './mutation/crew.ts'
import { EQUIVALENT, reasonToSurvive } from './mutation/equivalent.ts'
import { mutantsOf } from './mutation/mutants.ts'
import { OPERATORS } from './mutation/operators.ts'
import { allSuspects, heldSuspects, NO_ROOMS } from './mutation/rooms.ts'
import { sampleOf } from './mutation/sample.ts'

const SUSPECTS = allSuspects()
/** Half of what a file may take: a slow machine tries fewer of those that are chosen. The last ones take their time. */
const MOST_MS = 120_000
const NAMES = SUSPECTS.map(({ mutant }) => mutant.name)

test('each operator makes the mutant that it is there for', () => {
  const made = Object.entries(PLANTED).map(([operator, [source, ...expected]]) => {
    const mutants = mutantsOf('planted.ts', source, [operator])
    assert.deepEqual(
      mutants.map((mutant) => mutant.source),
      expected,
      operator,
    )
    return operator
  })
  assert.deepEqual(made, Object.keys(OPERATORS))
})

test('every folder of src is a room, or is named as none', () => {
  const rooms = new Set(SUSPECTS.map(({ mutant: { file } }) => file.split('/')[1]))
  const folders = readdirSync('src', { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  )
  assert.deepEqual(
    folders.filter((folder) => !rooms.has(folder) && !NO_ROOMS.includes(folder)),
    [],
  )
})

test('every mutant by hand takes out something that is there', () => {
  const gone = BY_HAND.filter(([without]) => !NAMES.includes(`without ${without}`))
  assert.deepEqual(gone, [])
})

test('every mutant that is listed as equivalent is made', () => {
  const gone = EQUIVALENT.filter(([mutant]) => !NAMES.some((name) => name.startsWith(mutant)))
  assert.deepEqual(gone, [])
})

test('whatever is broken, a test notices', async (t) => {
  const held = heldSuspects()
  const chosen = FULL ? held : sampleOf(held, runs(40, held.length))
  const end = performance.now() + MOST_MS
  const verdicts = await judgeMutants(chosen, undefined, () => FULL || performance.now() < end)
  const survivors = verdicts.filter(({ failure }) => failure === undefined).map(({ mutant }) => mutant)
  const killed = verdicts.length - survivors.length
  const tried = `${verdicts.length} tried, ${chosen.length} chosen`
  t.diagnostic(`${killed} killed of ${tried}; npm run mutants tries all ${SUSPECTS.length}`)
  assert.deepEqual(
    survivors.filter(({ name }) => reasonToSurvive(name) === undefined).map(({ file, name }) => `${file} ${name}`),
    [],
  )
  assert.ok(killed > 0)
})

/** A program for each operator, and what it makes of it. */
const PLANTED: Readonly<Record<string, readonly [source: string, ...made: string[]]>> = {
  'a guard that never refuses': ['if (a) b()', 'if (false) b()'],
  'a condition that always holds': ['if (a) b()', 'if (true) b()'],
  'one operand alone': ['x = a || b', 'x = (a)', 'x = (b)'],
  'one branch alone': ['x = a ? b : c', 'x = (b)', 'x = (c)'],
  'a bound off by one': ['x = a < b', 'x = a <= b'],
  'the opposite of a comparison': ['x = a === b', 'x = a !== b'],
  'without the negation': ['x = !a', 'x = a'],
  'some for every, every for some': ['x = a.some(b)', 'x = a.every(b)'],
  'a value as it came': ['x = a.trim()', 'x = a'],
  'a denial that is not returned': ["() => { return { reason: 'a' } }", '() => { return }'],
  'a table without an entry': ['const a = [b, c]', 'const a = [c]', 'const a = [b]'],
  'a check that is not asked': ['() => [a(), b]', '() => [undefined, b]'],
  'the opposite flag': ['x = { a: true }', 'x = { a: false }'],
  'a pattern without its anchor': ['x = /^a$/', 'x = /a$/', 'x = /^a/'],
  'a call that is not made': ['a()', ';'],
}
