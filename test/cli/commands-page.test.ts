import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

test('no transcript shows a signature, a folder of this machine or a colour', () => {
  const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8')
  assert.doesNotMatch(page, /eyJ[\w-]+\.[\w-]+\.[\w-]+/)
  assert.doesNotMatch(page, /\/tmp\/|\u001b/)
})
