import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { PAGES } from '../build/docs/pages.ts'

for (const { file, make } of PAGES) {
  test(`${file} is what its sources say`, async () => {
    const now = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
    const [was, wanted] = [now, await make(now)].map((text) => text.split('\n'))
    const line = wanted?.findIndex((text, index) => text !== was?.[index]) ?? -1
    const place = `${file}:${line + 1}`
    assert.deepEqual(
      [was?.length, was?.[line]],
      [wanted?.length, wanted?.[line]],
      `${place} is stale: run npm run docs`,
    )
  })
}
