import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { ATTACKS } from './corpus/families.ts'
import { BEGIN, corpusTables, END } from './corpus/page.ts'
import { rowsOf } from './corpus/rows.ts'

const PAGE = new URL('../../docs/security.md', import.meta.url)

test('docs/security.md has the table of the corpus', () => {
  const page = readFileSync(PAGE, 'utf8')
  const [before, rest = ''] = page.split(BEGIN)
  const [, behind] = rest.split(END)
  assert.ok(behind !== undefined, `it has the lines ${BEGIN} and ${END}`)
  const now = `${before}${corpusTables()}${behind}`
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, now)
  assert.equal(
    readFileSync(PAGE, 'utf8'),
    now,
    'it drifted: UPDATE_DOCS=1 node --test test/hostile/corpus-page.test.ts writes it anew',
  )
})

test('every attack is tried by something, and every test that is named for it is there', () => {
  for (const attack of ATTACKS) {
    const { title, wire = [], tests = [], answer } = attack
    const rows = rowsOf(attack)
    assert.ok(rows.length + wire.length + tests.length > 0, `${title}: nothing tries it`)
    const refuses =
      rows.some(({ expect }) => expect.status !== 200) ||
      wire.some(({ answers }) => answers.some((one) => one !== '200'))
    assert.ok(refuses || answer !== undefined, `${title}: no row refuses it, and nothing is said of it`)
    for (const { file, name } of tests) {
      const path = new URL(`../../${file}`, import.meta.url)
      assert.ok(existsSync(path), `${title}: there is no ${file}`)
      assert.ok(name.length > 3 && readFileSync(path, 'utf8').includes(name), `${title}: ${file} has no "${name}"`)
    }
  }
})
