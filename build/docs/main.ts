import { readFileSync, writeFileSync } from 'node:fs'
import { PAGES } from './pages.ts'

const ROOT = new URL('../../', import.meta.url)

for (const { file, make } of PAGES) {
  const url = new URL(file, ROOT)
  const now = readFileSync(url, 'utf8')
  const wanted = await make(now)
  if (wanted !== now) writeFileSync(url, wanted)
  console.log(`${wanted === now ? 'unchanged' : 'written  '}  ${file}`)
}
