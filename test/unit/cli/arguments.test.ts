import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readArguments } from '../../../src/cli/arguments.ts'
import { captureTerminal } from './captured-terminal.ts'

const USAGE = {
  name: 'try',
  synopsis: ['try [NAME]... [--config FILE]'],
  about: 'Tries.',
  operands: { min: 0, max: 2, missing: '' },
  options: {
    config: { value: 'FILE', about: 'a file' },
    format: { value: 'FORMAT', about: 'text or json' },
    header: { value: 'N', about: 'may be repeated', repeated: true },
    verbose: { about: 'more' },
  },
  exitCodes: { 0: 'success', 2: 'usage error' },
} as const

const HELP = `Usage: forwardgate try [NAME]... [--config FILE]

Tries.

  --config FILE    a file
  --format FORMAT  text or json
  --header N       may be repeated
  --verbose        more
  --help           this text

Exit codes: 0 success, 2 usage error.
`

function read(...args: readonly string[]) {
  const terminal = captureTerminal()
  return { read: readArguments(args, USAGE, terminal), out: terminal.out(), err: terminal.err() }
}

describe('arguments', () => {
  it('are options and the rest', () => {
    const { read: asked } = read('--config', 'a.yaml', 'x', '--verbose', '--format=json', '--', '--y')
    assert.partialDeepStrictEqual(asked, { ok: true, operands: ['x', '--y'], format: 'json' })
    assert.deepEqual(asked.ok && { ...asked.values }, { config: 'a.yaml', verbose: true, format: 'json' })
  })

  it('are a list for an option that may be repeated', () => {
    const { read: asked } = read('--header', 'a', '--header', 'b')
    assert.deepEqual(asked.ok && { ...asked.values }, { header: ['a', 'b'] })
  })

  for (const help of ['--help', '-h']) {
    it(`${help} is answered whatever else there is, and is not a fault`, () => {
      const { read: asked, out, err } = read('--nonsense', help)
      assert.deepEqual([asked, out, err], [{ ok: false, exitCode: 0 }, HELP, ''])
    })
  }

  it('behind -- a --help is not an option', () => assert.equal(read('--', '--help').read.ok, true))

  for (const [args, problem] of [
    [['--confg', 'x'], 'unknown option --confg; did you mean --config?'],
    [['-x'], 'unknown option -x'],
    [['--config'], '--config needs a value'],
    [['--config', 'a', '--config', 'b'], '--config is given twice'],
    [['--format', 'yaml'], '--format: "yaml" is not a format; write text or json'],
    [['a', 'b', 'c'], 'try takes no further argument "c"'],
  ] as const) {
    it(`${args.join(' ')}: ${problem}`, () => {
      const { read: asked, out, err } = read(...args)
      assert.deepEqual([asked, out], [{ ok: false, exitCode: 2 }, ''])
      assert.equal(err, `forwardgate: ${problem}\nUsage: forwardgate try [NAME]... [--config FILE]\n`)
    })
  }
})
