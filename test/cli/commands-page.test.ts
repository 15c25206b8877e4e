import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { buildPage } from './page/page.ts'

const PAGE = new URL('../../docs/commands.md', import.meta.url)

test('docs/commands.md shows what the commands print', async () => {
  const page = await buildPage()
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, page)
  assert.equal(
    readFileSync(PAGE, 'utf8'),
    page,
    'it drifted: UPDATE_DOCS=1 node --test test/cli/commands-page.test.ts writes it anew',
  )
})

test('no transcript shows a signature, a folder of this machine or a colour', () => {
  const page = readFileSync(PAGE, 'utf8')
  assert.doesNotMatch(page, /eyJ[\w-]+\.[\w-]+\.[\w-]+/)
  assert.doesNotMatch(page, /\/tmp\/|\u001b/)
})
