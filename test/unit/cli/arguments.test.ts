import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readArguments } from '../../../src/cli/arguments.ts'
import { captureTerminal } from './captured-terminal.ts'

const HELP = 'Usage: forwardgate try [--config FILE]\n\nTries.\n'
const OPTIONS = { config: { type: 'string' }, format: { type: 'string' }, verbose: { type: 'boolean' } } as const

function read(...args: readonly string[]) {
  const terminal = captureTerminal()
  return { read: readArguments(args, OPTIONS, HELP, terminal), out: terminal.out(), err: terminal.err() }
}

describe('arguments', () => {
  it('are options and the rest', () => {
    const { read: asked } = read('--config', 'a.yaml', 'x', '--verbose', '--format=json', '--', '--y')
    assert.partialDeepStrictEqual(asked, { ok: true, positionals: ['x', '--y'], format: 'json' })
    assert.deepEqual(asked.ok && { ...asked.values }, { config: 'a.yaml', verbose: true, format: 'json' })
  })

  for (const help of ['--help', '-h']) {
    it(`${help} is answered whatever else there is, and is no fault`, () => {
      const { read: asked, out, err } = read('--nonsense', help)
      assert.deepEqual([asked, out, err], [{ ok: false, exitCode: 0 }, HELP, ''])
    })
  }

  it('behind -- a --help is not an option', () => assert.equal(read('--', '--help').read.ok, true))

  for (const [args, problem] of [
    [['--confg', 'x'], 'there is no option --confg; did you mean --config?'],
    [['-x'], 'there is no option -x'],
    [['--config'], '--config needs a value'],
    [['--config', 'a', '--config', 'b'], '--config is given twice'],
    [['--format', 'yaml'], '--format: "yaml" is not a format; write text or json'],
  ] as const) {
    it(`${args.join(' ')}: ${problem}`, () => {
      const { read: asked, out, err } = read(...args)
      assert.deepEqual([asked, out], [{ ok: false, exitCode: 2 }, ''])
      assert.equal(err, `forwardgate: ${problem}\nUsage: forwardgate try [--config FILE]\n`)
    })
  }
})
