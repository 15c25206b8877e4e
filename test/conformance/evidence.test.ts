import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { EVIDENCE } from '../../src/decision/denial.ts'
import { readHeaderFields } from '../../src/decision/request/header-fields.ts'
import { decisionRecord } from '../../src/telemetry/decision-record.ts'
import { readConfiguration } from './configuration.ts'
import { openForge } from './token-forge.ts'
import { createInProcess } from './transport.ts'
import { ALL_VECTORS } from './vectors.ts'

const ask = createInProcess(
  readConfiguration((issuer) => `https://keys.example.com/${issuer}`),
  await openForge(),
)
const page = (name: string) => readFileSync(new URL(`../../docs/reference/${name}.md`, import.meta.url), 'utf8')

test('in the log line of every vector, each member of the evidence has its one type, and its denial names it', async () => {
  const denials = page('denials')
  const seen = new Set<string>()
  for (const vector of ALL_VECTORS) {
    const { decision } = await ask(vector)
    const { evidence = {}, reason } = decisionRecord(decision, readHeaderFields([]), 1)
    const section = denials.split(`\n## ${reason}\n`)[1]?.split('\n## ')[0] ?? ''
    const documented = /^- \*\*Evidence:\*\* .*(?:\n {2}.*)*/m.exec(section)?.[0] ?? ''
    for (const [member, value] of Object.entries(evidence)) {
      seen.add(member)
      assert.equal(typeOf(value), EVIDENCE[member as keyof typeof EVIDENCE], `${vector.id}: ${member}`)
      assert.match(documented, new RegExp(`\`${member}[\`:]`), `${reason} says what ${member} is`)
    }
  }
  assert.deepEqual(
    Object.keys(EVIDENCE).filter((member) => !seen.has(member)),
    // A kid that is new, more keys than are tried, and what only an allow shows: other tests have these.
    ['cause', 'leftOut', 'unchecked'],
    'every other member is in the line of some vector',
  )
})

test('logs.md has every member of the evidence under its type, and no other', () => {
  const section = page('logs').split('\n### Evidence\n')[1]?.split('\n### ')[0] ?? ''
  for (const [type, words] of [
    ['text', 'text'],
    ['list', 'list of text'],
    ['number', 'number'],
  ] as const) {
    const row = section.split('\n').find((line) => line.startsWith(`| ${words} |`)) ?? ''
    const documented = [...row.matchAll(/`(\w+)`/g)].map(([, member]) => String(member))
    const members = Object.entries(EVIDENCE).flatMap(([member, of]) => (of === type ? [member] : []))
    assert.deepEqual(documented.sort(), members.sort(), words)
  }
})

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? 'list' : 'other'
  return typeof value === 'string' ? 'text' : typeof value
}
