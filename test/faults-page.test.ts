import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { FAULTS_BY_PART } from './hostile/faults/all.ts'
import type { Fault } from './hostile/faults/fault.ts'

const PAGE = new URL('../docs/explanation/when-things-break.md', import.meta.url)

test('docs/explanation/when-things-break.md has the faults that are injected, and what is said of each', () => {
  const page = readFileSync(PAGE, 'utf8')
  const wanted = FAULTS_BY_PART.reduce((text, [part, faults]) => withTable(text, part, faults), page)
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, wanted)
  assert.equal(
    readFileSync(PAGE, 'utf8'),
    wanted,
    'it drifted: UPDATE_DOCS=1 node --test test/faults-page.test.ts writes it anew',
  )
})

/** The page with the table under this heading written anew. */
function withTable(page: string, part: string, faults: readonly Fault[]): string {
  const section = new RegExp(`(?<=\\n## ${part}\\n\\n)\\|[^]*?(?=\\n\\n|\\n$)`)
  assert.match(page, section, `there is a heading "${part}" and a table under it`)
  const rows = faults.map(({ name, clientsSee, metricsSay, heals }) => [name, clientsSee, metricsSay, heals])
  // A column of equal cells says nothing; the reader wants to see where it changes.
  const shown = rows.map((cells, at) =>
    cells.map((cell, column) => (cell === rows[at - 1]?.[column] ? 'as above' : cell)),
  )
  const lines = [
    ['Fault', 'Clients see', 'Metrics and alerts', 'What heals it'],
    ['---', '---', '---', '---'],
    ...shown,
  ]
  return page.replace(section, () => lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n'))
}
