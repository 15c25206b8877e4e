import { type ParseArgsConfig, parseArgs } from 'node:util'
import { didYouMean } from '../config/nearest-name.ts'
import type { Format } from './output.ts'
import type { Terminal } from './terminal.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** What a command was asked: its options and the rest, or the exit code when there is nothing left to do. */
export type Arguments<O extends Options> =
  | {
      readonly ok: true
      readonly values: ReturnType<typeof parse<O>>['values']
      readonly positionals: readonly string[]
      /** Of `--format`; text where the command has no such option. */
      readonly format: Format
    }
  | { readonly ok: false; readonly exitCode: number }

/** The options that every command has which reads the configuration and reports. */
export const COMMON_OPTIONS = { config: { type: 'string' }, format: { type: 'string' } } as const

/** The same for the help of such a command. */
export const COMMON_HELP = `  --config FILE     a YAML file or a directory of them; beats FORWARDGATE_CONFIG
  --format FORMAT   text (as it is) or json
  --help            this text
`

/** Parses strictly; answers `--help`, names the nearest option for a mistyped one, refuses what is given twice. */
export function readArguments<const O extends Options>(
  args: readonly string[],
  options: O,
  help: string,
  terminal: Terminal,
): Arguments<O> {
  const own = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length)
  if (own.includes('--help') || own.includes('-h')) {
    terminal.stdout.write(help)
    return { ok: false, exitCode: 0 }
  }
  try {
    const { values, positionals, tokens } = parse(args, options)
    const format: unknown = 'format' in options ? (Reflect.get(values, 'format') ?? 'text') : 'text'
    const problem = repeated(tokens, options) ?? unknownFormat(format)
    if (problem !== undefined) return misuse(problem, help, terminal)
    return { ok: true, values, positionals, format: format === 'json' ? 'json' : 'text' }
  } catch (error) {
    return misuse(explain(error, [...Object.keys(options), 'help']), help, terminal)
  }
}

/** Tells what is wrong with the arguments, and how they are written; the exit code is that of wrong usage. */
export function misuse(problem: string, help: string, terminal: Terminal): { ok: false; exitCode: 2 } {
  const [usage = ''] = help.split('\n\n')
  terminal.stderr.write(`forwardgate: ${problem}\n${usage}\n`)
  return { ok: false, exitCode: 2 }
}

function parse<const O extends Options>(args: readonly string[], options: O) {
  return parseArgs({ args: [...args], options, allowPositionals: true, strict: true, tokens: true })
}

function repeated(tokens: ReturnType<typeof parse>['tokens'], options: Options): string | undefined {
  const seen = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option' || options[token.name]?.multiple === true) continue
    if (seen.has(token.name)) return `--${token.name} is given twice`
    seen.add(token.name)
  }
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
    return `there is no option ${unknown.length === 1 ? '-' : '--'}${unknown}${hint}`
  }
  const bare = /^Option '(?:-\w, )?(?<option>--[^ ']+) <value>' argument missing/.exec(message)?.groups?.['option']
  return bare === undefined ? message : `${bare} needs a value`
}
