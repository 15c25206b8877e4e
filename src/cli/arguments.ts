import { type ParseArgsConfig, parseArgs } from 'node:util'
import { nearestName } from '../config/nearest-name.ts'
import type { Terminal } from './terminal.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** What a command was asked: its options and the rest, or the exit code when there is nothing left to do. */
export type Arguments<O extends Options> =
  | {
      readonly ok: true
      readonly values: ReturnType<typeof parse<O>>['values']
      readonly positionals: readonly string[]
    }
  | { readonly ok: false; readonly exitCode: number }

/** Parses strictly; answers `--help`, and names the nearest option for a mistyped one. */
export function readArguments<const O extends Options>(
  args: readonly string[],
  options: O,
  help: string,
  terminal: Terminal,
): Arguments<O> {
  if (args.includes('--help') || args.includes('-h')) {
    terminal.stdout.write(help)
    return { ok: false, exitCode: 0 }
  }
  try {
    const { values, positionals } = parse(args, options)
    return { ok: true, values, positionals }
  } catch (error) {
    terminal.stderr.write(`forwardgate: ${explain(error, Object.keys(options))}\n\n${help}`)
    return { ok: false, exitCode: 2 }
  }
}

function parse<const O extends Options>(args: readonly string[], options: O) {
  return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
}

function explain(error: unknown, options: readonly string[]): string {
  const message = error instanceof Error ? error.message : String(error)
  const unknown = /^Unknown option '--(?<name>[^']*)'/.exec(message)?.groups?.['name']
  if (unknown === undefined) return message
  const nearest = nearestName(unknown, options)
  return `there is no option --${unknown}${nearest === undefined ? '' : `; did you mean --${nearest}?`}`
}
