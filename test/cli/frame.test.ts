import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IS_BUILD } from '../../build/program.ts'
import { readArguments } from '../../src/cli/arguments.ts'
import { createPaint, type Page, plain } from '../../src/cli/output.ts'
import { formatSpan } from '../../src/config/time.ts'
import { COMMANDS } from '../../src/tools/commands.ts'
import { exitCodeOf, type Finding, findingsJson } from '../../src/tools/frame/findings.ts'
import { formatFindings } from '../../src/tools/frame/findings-text.ts'
import { formatInstant, parseInstant } from '../../src/tools/frame/time-text.ts'
import { run, runProcess } from './run.ts'

const names = COMMANDS.map(({ name }) => name)

test('every command has a help that names it, its options and its exit codes', async () => {
  for (const name of names) {
    const { code, stdout, stderr } = await run([name, '--help'])
    assert.equal(code, 0, name)
    assert.equal(stderr, '', name)
    assert.match(stdout, new RegExp(`^Usage: forwardgate ${name}\\b`), name)
    assert.match(stdout, /Exit codes?: /, name)
    assertLines(stdout, 100, name)
  }
})

test('every help fits a terminal of 60 columns', async () => {
  // Of the build, these run as processes of their own, which have a pipe and no terminal.
  const piped = IS_BUILD ? ['serve', 'healthcheck', ''] : []
  for (const name of [...names, ''].filter((one) => !piped.includes(one))) {
    const { stdout } = await run([name, '--help'].filter(Boolean), { isTTY: true, columns: 60 })
    assertLines(stdout, 60, name)
  }
})

function assertLines(text: string, width: number, name: string): void {
  for (const line of text.split('\n')) assert.ok(line.length <= width, `${name}: ${line}`)
}

test('every command refuses an option that does not exist, with exit code 2', async () => {
  for (const name of names) {
    const { code, stdout, stderr } = await run([name, '--does-not-exist'])
    assert.equal(code, 2, name)
    assert.equal(stdout, '', name)
    assert.match(stderr, /^forwardgate: unknown option --does-not-exist\nUsage: /, name)
  }
})

const MISUSE: readonly (readonly [args: string, stderr: RegExp])[] = [
  ['explian', /^forwardgate: unknown command "explian"; did you mean "explain"\?\n$/],
  ['fly', /^forwardgate: unknown command "fly"; the commands are serve, /],
  ['explain --rout x', /unknown option --rout; did you mean --route\?/],
  ['explain --helpp', /unknown option --helpp; did you mean --help\?/],
  ['explain -x', /unknown option -x/],
  ['explain --route', /--route needs a value/],
  ['explain --route a --route b', /--route is given twice/],
  ['explain --route a --format yaml', /--format: "yaml" is not a format; write text or json/],
  ['explain --route a b', /explain takes no argument "b"/],
  ['explain', /name the route: --route, --host or --call; or the reason: --reason/],
  ['explain --reason tokn_opaque', /"tokn_opaque" is not a reason; did you mean "token_opaque"\?/],
  ['explain --reason key_unknown --route a', /--reason cannot be combined with --route/],
  ['explain --reason key_unknown --at 1', /--reason cannot be combined with --at/],
  ['explain --call - --route a', /--call cannot be combined with --route/],
  ['explain --route a --claims - --token-file x', /exclude each other/],
  ['explain --route a --claims - --jwks x', /--claims, which have no signature/],
  ['explain --route a --token-file - --jwks -', /only one option can read standard input/],
  ['test', /name at least one policy test/],
  ['schema x', /schema takes no argument "x"/],
  ['healthcheck x', /healthcheck takes no argument "x"/],
]

for (const [args, expected] of MISUSE) {
  test(`exit code 2: forwardgate ${args}`, async () => {
    const { code, stdout, stderr } = await run(args.split(' '))
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, expected)
  })
}

test('without a command the list of commands is shown; only asked for it is a success', async () => {
  const [bare, help, version] = await Promise.all([run([]), run(['help']), run(['--version'])])
  assert.deepEqual([bare.code, help.code, version.code], [2, 0, 0])
  assert.equal(bare.stdout + bare.stderr, help.stdout)
  for (const name of names) assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'))
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/)
})

test('what follows -- is not an option', () => {
  const usage = {
    name: 'x',
    synopsis: ['x FILE'],
    about: 'Does it.',
    operands: { min: 0, max: 1, missing: '' },
    options: {},
    exitCodes: { 0: 'success' },
  }
  const terminal = { env: {}, stdin: (async function* () {})(), stdout: sink(), stderr: sink(), once: () => {} }
  const read = readArguments(['--', '--help'], usage, terminal)
  assert.ok(read.ok)
  assert.deepEqual(read.operands, ['--help'])
})

test('a process ends with the exit code and keeps output and errors apart', async () => {
  const [good, bad] = await Promise.all([runProcess(['schema']), runProcess(['schema', '--nonsense'])])
  assert.deepEqual([good.code, good.stderr], [0, ''])
  assert.deepEqual([bad.code, bad.stdout], [2, ''])
  assert.equal(typeof JSON.parse(good.stdout), 'object')
})

const PAGE: Page = { paint: (_, part) => part, width: Number.POSITIVE_INFINITY }

const FINDINGS: readonly Finding[] = [
  {
    severity: 'error',
    id: 'a-check',
    what: 'is wrong',
    path: 'routes.api.scopes[0]',
    position: { file: 'config.yaml', line: 3, column: 7 },
    why: 'It matters.',
    fix: 'Write it right.',
  },
  { severity: 'note', id: 'b-check', what: 'is so \u001b[31m\u202e', path: '' },
]

test('findings are reported with place, why and fix, and nothing in them steers the terminal', () => {
  const text = formatFindings(FINDINGS, PAGE)
  assert.equal(
    text,
    [
      'config.yaml:3:7: error: routes.api.scopes[0]: is wrong [a-check]',
      '  why: It matters.',
      '  fix: Write it right.',
      '',
      'note: is so \\u{1b}[31m\\u{202e} [b-check]',
      '',
      '1 error, 1 note',
      '',
    ].join('\n'),
  )
  assert.equal(formatFindings([], PAGE), 'no findings\n')
  assert.deepEqual(findingsJson(FINDINGS)[0], {
    severity: 'error',
    id: 'a-check',
    what: 'is wrong',
    path: 'routes.api.scopes[0]',
    why: 'It matters.',
    fix: 'Write it right.',
    file: 'config.yaml',
    line: 3,
    column: 7,
  })
})

test('notes never fail a pipeline; warnings and errors do', () => {
  const finding = (severity: Finding['severity']): Finding => ({ severity, id: 'x', what: 'x', path: '' })
  assert.equal(exitCodeOf([]), 0)
  assert.equal(exitCodeOf([finding('note')]), 0)
  assert.equal(exitCodeOf([finding('note'), finding('warning')]), 1)
  assert.equal(exitCodeOf([finding('error')]), 1)
})

test('colours are for terminals, unless the environment decides', () => {
  const isRed = (isTTY: boolean, env: Record<string, string>) =>
    createPaint({ isTTY, write: () => {} }, env)('bad', 'x') !== 'x'
  assert.equal(isRed(true, {}), true)
  assert.equal(isRed(false, {}), false)
  assert.equal(isRed(true, { NO_COLOR: '1' }), false)
  assert.equal(isRed(true, { NO_COLOR: '' }), true)
  assert.equal(isRed(true, { TERM: 'dumb' }), false)
  assert.equal(isRed(false, { FORCE_COLOR: '1' }), true)
  assert.equal(isRed(true, { FORCE_COLOR: '0' }), false)
})

test('times are read and shown', () => {
  assert.equal(parseInstant('2026-01-01T00:00:00Z'), 1767225600)
  assert.equal(parseInstant('2026-01-01 01:00:00+01:00'), 1767225600)
  assert.equal(parseInstant('1767225600'), 1767225600)
  for (const wrong of ['', 'now', '2026-01-01', '2026-13-01T00:00:00Z', '1e9', '-1', '2026-01-01T00:00:00'])
    assert.equal(parseInstant(wrong), undefined, wrong)
  assert.equal(formatInstant(1767225600.5), '2026-01-01T00:00:00Z')
  assert.equal(formatInstant(1e300), '1e+300')
  assert.equal(formatSpan(0), '0 s')
  assert.equal(formatSpan(-61), '1 m 1 s')
  assert.equal(formatSpan(90_061), '1 d 1 h')
  assert.equal(plain('plain\ttext'), 'plain\\u{9}text')
})

function sink() {
  return { write: () => {} }
}
