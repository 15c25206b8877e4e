import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ATTACKS } from './corpus/families.ts'
import { rowsOf } from './corpus/rows.ts'

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
