import { misuse, readArguments } from '../../cli/arguments.ts'
import { createPage, type Format, type Page } from '../../cli/output.ts'
import type { Terminal, TextStream } from '../../cli/terminal.ts'
import type { Command, Options, Usage, Values } from '../../cli/usage.ts'
import { exitCodeOf, type Finding, findingsJson } from './findings.ts'
import { formatFindings } from './findings-text.ts'
import { type Configuration, readConfiguration } from './read-configuration.ts'
import type { Sources } from './source-lines.ts'

/** What a command came to. */
export type Result =
  /** Data for programs, and the same for people. */
  | { readonly json: unknown; readonly text: (page: Page) => string; readonly exitCode?: 0 | 1 }
  /** Findings; the exit code follows from them, unless it is given. */
  | {
      readonly findings: readonly Finding[]
      /** Those that the user accepts: counted, and shown to programs. */
      readonly accepted?: readonly Finding[]
      readonly sources?: Sources
      readonly exitCode?: 0 | 1 | 2
    }
  /** Input that cannot be read or understood. Exit code 2. */
  | { readonly refused: readonly Finding[]; readonly sources?: Sources }
  /** Arguments that do not fit the input. Exit code 2. */
  | { readonly misuse: string }

/** What a command was asked. */
interface Asked<O extends Options> {
  readonly values: Values<O> & Values<typeof COMMON>
  readonly operands: readonly string[]
  readonly terminal: Terminal
  /** Seconds since the epoch. */
  readonly now: number
}

/** Whether the frame reads the configuration, the command does so by itself, or no command line can make it. */
type Reads<O extends Options> =
  | {
      readonly reads: 'configuration'
      readonly run: (asked: Asked<O> & { readonly configuration: Configuration }) => Result | Promise<Result>
    }
  | { readonly reads: 'by itself' | 'nothing'; readonly run: (asked: Asked<O>) => Result | Promise<Result> }

/** A command: how it is used, and what it does. */
export type Definition<O extends Options> = Usage<O> &
  Reads<O> & {
    /** What is wrong with the arguments, before anything is read; undefined if nothing is. */
    readonly misuse?: (asked: Asked<O>) => string | undefined
  }

/** The options of every command. */
const COMMON = {
  config: { value: 'FILE', about: 'a YAML file or a directory of them; overrides FORWARDGATE_CONFIG' },
  format: { value: 'FORMAT', about: 'text (the default) or json' },
} as const

const UNUSED_CONFIG = { value: 'FILE', about: 'accepted, as by every command, and not used' }

/** Makes a command of its definition: arguments, help, misuse, configuration, output and exit code are the same for all. */
export function command<const O extends Options>(definition: Definition<O>): Command {
  const config = definition.reads === 'nothing' ? UNUSED_CONFIG : COMMON.config
  const usage = { ...definition, options: { ...definition.options, ...COMMON, config } }
  return {
    usage,
    async run(args, terminal) {
      const read = readArguments(args, usage, terminal)
      if (!read.ok) return read.exitCode
      // The type of merged options is not that of its parts to the compiler.
      const values = read.values as Asked<O>['values']
      const asked = { values, operands: read.operands, terminal, now: Date.now() / 1000 }
      const problem = definition.misuse?.(asked)
      const result = problem === undefined ? await runDefinition(definition, asked) : { misuse: problem }
      return report(result, usage, read.format, terminal)
    },
  }
}

async function runDefinition<O extends Options>(definition: Definition<O>, asked: Asked<O>): Promise<Result> {
  if (definition.reads !== 'configuration') return definition.run(asked)
  const read = await readConfiguration(asked.values.config, asked.terminal, asked.now, 'optional')
  if (!read.ok) return { refused: read.findings, sources: read.sources }
  return definition.run({ ...asked, configuration: read.configuration })
}

/** Prints a result, and says with which code the process ends. */
function report(result: Result, usage: Usage, format: Format, terminal: Terminal): number {
  if ('misuse' in result) return misuse(result.misuse, usage, terminal)
  const { stdout, stderr, env } = terminal
  const write = (stream: TextStream, json: unknown, text: (page: Page) => string): void => {
    if (format === 'json') stdout.write(`${JSON.stringify(json, null, 2)}\n`)
    else stream.write(text(createPage(stream, env)))
  }
  if ('json' in result) {
    write(stdout, result.json, result.text)
    return result.exitCode ?? 0
  }
  const findings = 'refused' in result ? result.refused : result.findings
  const accepted = 'refused' in result ? [] : (result.accepted ?? [])
  const json = {
    findings: findingsJson(findings),
    ...(accepted.length === 0 ? {} : { accepted: findingsJson(accepted) }),
  }
  const text = (page: Page) => formatFindings(findings, page, result.sources, accepted)
  write('refused' in result ? stderr : stdout, json, text)
  if ('refused' in result) return 2
  return result.exitCode ?? exitCodeOf(findings)
}
