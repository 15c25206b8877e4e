import { type ParseArgsConfig, parseArgs } from 'node:util'
import { didYouMean } from '../config/nearest-name.ts'
import type { Format } from './output.ts'
import type { Terminal } from './terminal.ts'
import { formatHelp, formatSynopsis, type Options, type Usage, type Values } from './usage.ts'
import { columnsOf } from './wrap.ts'

/** What a command was asked: its options and the rest, or the exit code if there is nothing left to do. */
export type Arguments<O extends Options> =
  | {
      readonly ok: true
      readonly values: Values<O>
      readonly operands: readonly string[]
      /** Of `--format`; text if the command has no such option. */
      readonly format: Format
    }
  | { readonly ok: false; readonly exitCode: number }

/** Parses strictly; answers `--help`, names the nearest option for a mistyped one, refuses what is given twice. */
export function readArguments<O extends Options>(
  args: readonly string[],
  usage: Usage<O>,
  terminal: Terminal,
): Arguments<O> {
  const own = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length)
  if (own.includes('--help') || own.includes('-h')) {
    terminal.stdout.write(formatHelp(usage, columnsOf(terminal.stdout)))
    return { ok: false, exitCode: 0 }
  }
  const { options } = usage
  try {
    const { values, positionals, tokens } = parse(args, options)
    const format: unknown = 'format' in options ? (values['format'] ?? 'text') : 'text'
    const problem = repeated(tokens, options) ?? unknownFormat(format) ?? wrongCount(positionals, usage)
    if (problem !== undefined) return { ok: false, exitCode: misuse(problem, usage, terminal) }
    return {
      ok: true,
      // parseArgs was given the same options: each name has a text, a list of texts or a boolean.
      values: values as Values<O>,
      operands: positionals,
      format: format === 'json' ? 'json' : 'text',
    }
  } catch (error) {
    const problem = explain(error, [...Object.keys(options), 'help'])
    return { ok: false, exitCode: misuse(problem, usage, terminal) }
  }
}

/** Reports what is wrong with the arguments, and how they are written; the exit code is that of a usage error. */
export function misuse(problem: string, usage: Usage, terminal: Terminal): 2 {
  const synopsis = formatSynopsis(usage, columnsOf(terminal.stderr))
  terminal.stderr.write(`forwardgate: ${problem}\n${synopsis}\n`)
  return 2
}

function parse(args: readonly string[], options: Options) {
  const config: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Object.entries(options).map(([name, { value, repeated: multiple = false }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', multiple },
    ]),
  )
  return parseArgs({ args: [...args], options: config, allowPositionals: true, strict: true, tokens: true })
}

function repeated(tokens: ReturnType<typeof parse>['tokens'], options: Options): string | undefined {
  const seen = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option' || options[token.name]?.repeated === true) continue
    if (seen.has(token.name)) return `--${token.name} is given twice`
    seen.add(token.name)
  }
  return undefined
}

function wrongCount(operands: readonly string[], { name, operands: wanted }: Usage): string | undefined {
  const { min, max, missing } = wanted ?? { min: 0, max: 0, missing: '' }
  if (operands.length < min) return missing
  if (operands.length > max) return `${name} takes no ${max === 0 ? '' : 'further '}argument "${operands[max]}"`
  return undefined
}

function unknownFormat(format: unknown): string | undefined {
  if (format === 'text' || format === 'json') return undefined
  return `--format: "${String(format)}" is not a format; write text or json`
}

function explain(error: unknown, options: readonly string[]): string {
  const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  const unknown = /^Unknown option '-(?<name>[^']*)'/.exec(message)?.groups?.['name']?.replace(/^-/, '')
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, options).replace(/"(.*)"/, '--$1')
    return `unknown option ${unknown.length === 1 ? '-' : '--'}${unknown}${hint}`
  }
  const bare = /^Option '(?:-\w, )?(?<option>--[^ ']+) <value>' argument missing/.exec(message)?.groups?.['option']
  return bare === undefined ? message : `${bare} needs a value`
}
