import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { configurationReference } from '../../../../src/config/format/reference.ts'
import { VARIABLES } from '../../../../src/settings.ts'

const PAGE = new URL('../../../../docs/reference/configuration.md', import.meta.url)

test('the reference page is what the schema and the settings say', () => {
  assert.equal(
    readFileSync(PAGE, 'utf8'),
    configurationReference(VARIABLES),
    'docs/reference/configuration.md is out of date: write what configurationReference(VARIABLES) returns',
  )
})

test('the table of variables stands at the marked end', () => {
  const page = configurationReference([{ name: 'A_B', default: '1s', meaning: 'x | y' }])
  assert.ok(
    page.endsWith(
      '<!-- variables -->\n\n| Variable | Default | Meaning |\n| --- | --- | --- |\n| `A_B` | `1s` | x \\| y |\n',
    ),
  )
})
