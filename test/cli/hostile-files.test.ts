import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { runCommand } from '../../src/tools/commands.ts'
import { cpuSeconds } from '../support/cpu-seconds.ts'
import { folderFor } from '../support/folder.ts'
import { GOOD } from './check/planted.ts'
import { type Run, run } from './run.ts'

const folder = folderFor({ after })
writeFileSync(join(folder, 'secret'), 'Basic secret')
writeFileSync(join(folder, 'config.yaml'), GOOD['config.yaml'])
const CONFIG = join(folder, 'config.yaml')

const many = (count: number, piece: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => piece(i)).join('')
const routerWith = (rule: string) => `http:\n  routers:\n    r: { rule: ${JSON.stringify(rule)}, service: s }\n`
const routers = (rule: (index: number) => string, count: number) =>
  `http:\n  routers:\n${many(count, (i) => `    r${i}: { rule: ${JSON.stringify(rule(i))}, service: s, middlewares: [m${i}] }\n`)}`
const gates = (address: string, more = '') =>
  many(2_000, (i) => `    m${i}: { forwardAuth: { address: "${address}"${more} } }\n`)

/** Manifests, and what must be said about them. */
const MANIFESTS: readonly (readonly [name: string, text: string, says: RegExp])[] = [
  ['a rule of an open quote and blanks', routerWith(`Host(\`${' `'.repeat(50_000)}`), /rule-unreadable/],
  ['a rule of blanks', routerWith(`Host(\`a\`)${' '.repeat(100_000)}x`), /rule-unreadable/],
  ['a rule of brackets', routerWith(`${'('.repeat(4_000)}Host(\`a\`)${')'.repeat(4_000)}`), /rule-unreadable/],
  ['a rule of negations', routerWith(`${'!'.repeat(8_000)}Host(\`a\`)`), /rule-unreadable/],
  ['a rule of alternatives', routerWith(many(700, () => 'Path(`/`)||').slice(0, -2)), /finding|error|warning/],
  [
    'a path expression that backtracks',
    routerWith('PathRegexp(`^(/(a|/|b|i|l|n|g)+)+x$`)'),
    /finding|error|warning|note/,
  ],
  ['a host expression that backtracks', routerWith('HostRegexp(`^([a-z.]+)+!$`)'), /finding|error|warning|note/],
  [
    'a flat expression that backtracks',
    routerWith(`PathRegexp(\`^${'.*'.repeat(400)}x$\`)`),
    /finding|error|warning|note/,
  ],
  ['a huge repetition', routerWith('PathRegexp(`((a{0,1000}){0,1000}){0,1000}b`)'), /pattern-unread/],
  [
    'a header expression that backtracks',
    `http:\n  middlewares:\n    m:\n      forwardAuth:\n        address: http://forwardgate.auth.svc:8080/verify/billing\n        authResponseHeadersRegex: "^(([A-Za-z-]+)+)+!$"\n`,
    /identity-header-unlisted/,
  ],
  ['200,000 documents', 'kind: Ingress\n---\n'.repeat(200_000), /more than 5000 documents/],
  ['200,000 documents about nothing', 'a: 1\n---\n'.repeat(200_000), /manifests-empty/],
  ['120,000 aliases', `http: &a {}\nrouters: [${'*a,'.repeat(120_000)}]`, /more than 1000 aliases/],
  ['deep lists', `routers: ${'['.repeat(200_000)}`, /nested too deeply/],
  ['deep maps', `routers:\n${many(1_000, (i) => `${' '.repeat(i + 1)}a:\n`)}`, /nested more than 64|too deeply/],
  ['a huge text', `routers: "${'x'.repeat(900_000)}"`, /manifests-empty/],
  ['8 MiB of documents', `routers: [${'[],'.repeat(1_000)}]\n---\n`.repeat(2_500), /more than 300000 words/],
  [
    'a label of a million parts',
    `services: { a: { labels: { "traefik.http${'.a'.repeat(200_000)}": x } } }`,
    /manifests-empty/,
  ],
  [
    'chains of chains',
    `http:\n  routers:\n    r: { rule: "Host(\`a\`)", service: s, middlewares: [c0] }\n  middlewares:\n${many(9, (i) => `    c${i}: { chain: { middlewares: [${many(60, () => `c${i + 1},`)}] } }\n`)}`,
    /middleware-missing/,
  ],
  [
    '2,000 gates and routers',
    routers((i) => `Host(\`api.example.com\`) && Path(\`/x${i}\`)`, 2_000).concat(
      `  middlewares:\n${gates('http://forwardgate/verify')}`,
    ),
    /identity-header-unlisted/,
  ],
  [
    '2,000 misspelt middlewares',
    routers((i) => `Host(\`a${i}\`)`, 2_000).concat(
      '  middlewares:\n',
      many(2_000, (i) => `    n${i}: { retry: {} }\n`),
    ),
    /middleware-missing/,
  ],
]

/** What this machine needs for a friendly file of 20,000 lines: about a fifth of a second where nothing else runs. */
const FRIENDLY = await cpuSeconds(() =>
  run(['check', CONFIG, '--manifests', '-'], { stdin: many(5_000, (i) => `a${i}:\n  b: c\n  d: [e]\n  f: 1\n`) }),
)
/** CPU seconds. */
const BOUND = Math.max(3, 10 * FRIENDLY)

function quick(name: string, work: () => Promise<Run>, says: RegExp): void {
  test(`${name}: a finding within the bound, and no stack`, async () => {
    let ended: Run | undefined
    const spent = await cpuSeconds(async () => {
      ended = await work()
    })
    const said = `${ended?.stdout}${ended?.stderr}`
    assert.match(said, says)
    assert.doesNotMatch(said, /fault of its own|\n {4}at /)
    assert.ok(spent < BOUND, `${spent} s of ${BOUND}`)
  })
}

for (const [name, text, says] of MANIFESTS) {
  quick(`check, manifests: ${name}`, () => run(['check', CONFIG, '--manifests', '-'], { stdin: text }), says)
}

const routes = (count: number) =>
  `issuers: { a: https://id.example.com }\nroutes:\n${many(count, (i) => `  r${i}: { resource: https://api.example.com/a${i}, scopes: [read] }\n`)}`

const MANY_ROUTES = join(folder, 'many.yaml')
writeFileSync(MANY_ROUTES, routes(1_500))
const open = (rule: (index: number) => string, count: number) =>
  `http:\n  middlewares:\n    gate: { forwardAuth: { address: "http://forwardgate/verify" } }\n  routers:\n${many(count, (i) => `    g${i}: { rule: "Host(\`api.example.com\`)", service: s, middlewares: [gate] }\n    o${i}: { rule: ${JSON.stringify(rule(i))}, service: s }\n`)}`
const MULTIPLIED: readonly (readonly [name: string, text: string])[] = [
  ['open routers', open((i) => `PathPrefix(\`/a${i}\`)`, 1_000)],
  ['alternatives', open(() => many(300, (i) => `Path(\`/a1/${i}\`)||`).slice(0, -2), 200)],
  ['expressions', open(() => many(8, () => 'PathRegexp(`^(/(a|/|b|i|l|n|g)+)+x$`)||').slice(0, -2), 500)],
]
for (const [name, text] of MULTIPLIED) {
  quick(
    `check, 1,500 resources and many ${name}`,
    () => run(['check', MANY_ROUTES, '--manifests', '-'], { stdin: text }),
    /routers-not-compared/,
  )
}

test('check is linear in routes: four times as many cost about four times as much', async () => {
  const cost = async (count: number) => {
    const file = join(folder, `${count}.yaml`)
    writeFileSync(file, routes(count))
    return cpuSeconds(async () => assert.equal((await run(['check', file])).code, 0))
  }
  await cost(100)
  const few = await cost(500)
  const more = await cost(2_000)
  assert.ok(more < few * 8 + 0.5, `${few} s, ${more} s`)
})

const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`
const INPUTS: readonly (readonly [name: string, args: readonly string[], text: string, says: RegExp])[] = [
  ['test: deep lists', ['test'], `tests: ${'['.repeat(200_000)}`, /nested too deeply/],
  ['test: 120,000 aliases', ['test'], `a: &a 1\ntests: [${'*a,'.repeat(120_000)}]`, /1000 aliases/],
  ['test: 20,000 unknown keys', ['test'], `tests:\n${many(20_000, (i) => `- { k${i}: 1 }\n`)}`, /is missing/],
  ['explain --claims: deep lists', ['explain', '--route', 'billing', '--claims'], `{"a":${deep}}`, /nested/],
  [
    'explain --claims: a huge text',
    ['explain', '--route', 'billing', '--claims'],
    `{"a":"${'x'.repeat(4_000_000)}"}`,
    /./,
  ],
  ['explain --token-file: dots', ['explain', '--route', 'billing', '--token-file'], '.'.repeat(4_000_000), /token/],
  [
    'explain --token-file: blanks',
    ['explain', '--route', 'billing', '--token-file'],
    `bearer${' '.repeat(1_000_000)}`,
    /token|credentials/,
  ],
  [
    'explain --call: blanks',
    ['explain', '--call'],
    `GET /verify/billing HTTP/1.1\nA: ${' \t'.repeat(1_000_000)}x\n`,
    /./,
  ],
  ['explain --call: question marks', ['explain', '--call'], `GET /verify${'?'.repeat(1_000_000)} HTTP/1.1\n`, /./],
  ['explain --body: deep lists', ['explain', '--route', 'billing', '--body'], deep, /./],
]
for (const [name, args, text, says] of INPUTS) {
  quick(name, () => run([...args, '-', '--config', CONFIG], { stdin: text }), says)
}

test('a fault of the program itself is one line, and exit code 2', async () => {
  let said = ''
  const broken = {
    write: () => {
      throw new RangeError('Maximum\ncall stack')
    },
  }
  const stderr = { write: (text: string) => (said += text) }
  const code = await runCommand(['schema'], {
    env: {},
    stdin: Readable.from([]),
    stdout: broken,
    stderr,
    once: () => {},
  })
  assert.equal(code, 2)
  assert.match(said, /^forwardgate: schema failed because of a bug \(RangeError: Maximum[^\n]*\n$/)
})
