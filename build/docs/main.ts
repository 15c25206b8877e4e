import { readFileSync, writeFileSync } from 'node:fs'
import { PAGES } from './pages.ts'
import { prosePages } from './prose-pages.ts'
import { wrapProse } from './wrap-prose.ts'

const ROOT = new URL('../../', import.meta.url)

for (const { file, make } of PAGES) {
  const changed = await update(file, make)
  console.log(`${changed ? 'written  ' : 'unchanged'}  ${file}`)
}
for (const file of prosePages(ROOT)) if (await update(file, wrapProse)) console.log(`wrapped    ${file}`)

async function update(file: string, make: (now: string) => string | Promise<string>): Promise<boolean> {
  const url = new URL(file, ROOT)
  const now = readFileSync(url, 'utf8')
  const wanted = await make(now)
  if (wanted !== now) writeFileSync(url, wanted)
  return wanted !== now
}
