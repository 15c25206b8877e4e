import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { load } from '../../../src/config/source.ts'
import { folderFor } from '../../support/folder.ts'

const NAMES = Array.from({ length: 1_000 }, (_, index) => `route-${index}`)
const ISSUERS = 'issuers: { main: https://id.example.com }\n'
const FLOW = '{ resource: https://api.example.com/NAME, scopes: [a, b], rules: [{ methods: [DELETE], scopes: [c] }] }'
const ROUTE = {
  resource: 'https://api.example.com/NAME',
  scopes: ['a', 'b'],
  rules: [{ methods: ['DELETE'], scopes: ['c'] }],
}

const block = `${ISSUERS}routes:\n${each((name) => `  ${name}:\n${linesOf(name)}`)}`
/** Every form in which 1,000 routes can be written. */
const FILES: Readonly<Record<string, string>> = {
  'blocks.yaml': block,
  'lines.yaml': `${ISSUERS}routes:\n${each((name) => `  ${name}: ${FLOW.replace('NAME', name)}\n`)}`,
  'braces.yaml': `${ISSUERS}routes: {\n${each((name) => `  ${name}: ${FLOW.replace('NAME', name)},\n`)}}\n`,
  'json.json': JSON.stringify({
    issuers: { main: 'https://id.example.com' },
    routes: Object.fromEntries(
      NAMES.map((name) => [name, { ...ROUTE, resource: ROUTE.resource.replace('NAME', name) }]),
    ),
  }),
  'misspelt.yaml': block.replaceAll('scopes:', 'scope:'),
  'unfinished.yaml': `${block}  last: [`,
}

const folder = folderFor({ after })

for (const [name, text] of Object.entries(FILES)) {
  test(`1,000 routes are read in slices, so that requests need not wait for all of them: ${name}`, async () => {
    const path = join(folder, name)
    writeFileSync(path, text)
    const { longest, total, value } = await longestTurn(() => load({ kind: 'path', path }, Date.now() / 1000))
    assert.equal(value.parsed.ok, !/misspelt|unfinished/.test(name))
    if (value.parsed.ok) assert.equal(value.parsed.config.routes.length, NAMES.length)
    assert.ok(longest < total / 5, `the longest turn of the loop took ${longest} of ${total} ms CPU`)
  })
}

test('1,000 static tokens are read in slices', async () => {
  const path = join(folder, 'static.yaml')
  const route = '{ resource: https://api.example.com/x, issuers: [robots] }'
  writeFileSync(path, `issuers: { robots: { tokensFile: tokens.yaml } }\nroutes: { api: ${route} }\n`)
  const token = (index: number) =>
    `- sha256: ${(0xb00000 + index).toString(16).padStart(64, 'a')}\n  sub: robot\n  aud: x\n  exp: 2099-01-01\n`
  writeFileSync(join(folder, 'tokens.yaml'), NAMES.map((_, index) => token(index)).join(''))
  const { longest, total, value } = await longestTurn(() => load({ kind: 'path', path }, Date.now() / 1000))
  assert.deepEqual(value.parsed.ok ? [] : value.parsed.problems.slice(0, 3), [])
  assert.ok(longest < total / 5, `the longest turn of the loop took ${longest} of ${total} ms CPU`)
})

/** CPU time of this thread: a busy machine changes nothing. */
async function longestTurn<T>(run: () => Promise<T>) {
  let longest = 0
  let total = 0
  let running = true
  let before = process.threadCpuUsage()
  const turn = () => {
    const { user, system } = process.threadCpuUsage(before)
    before = process.threadCpuUsage()
    longest = Math.max(longest, (user + system) / 1000)
    total += (user + system) / 1000
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  const value = await run()
  running = false
  turn()
  return { longest, total, value }
}

function each(write: (name: string) => string): string {
  return NAMES.map(write).join('')
}

function linesOf(name: string): string {
  return `    resource: https://api.example.com/${name}\n    scopes: [a, b]\n    rules:\n      - { methods: [DELETE], scopes: [c] }\n`
}
