import type { Terminal } from './terminal.ts'
import { wrap } from './wrap.ts'

/** One command of the program. `run` resolves to the exit code. */
export interface Command {
  readonly usage: Usage
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>
}

/** One option as data: what its value is called in the help (absent: it takes none), and a sentence about it. */
interface Option {
  readonly value?: string
  readonly about: string
  /** True if it may be given several times. */
  readonly repeated?: true
}

/** The options of a command by name, in the order of its help. */
export type Options = Readonly<Record<string, Option>>

/** What the options of a command were given as. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]?:
    | (O[Name] extends { readonly repeated: true }
        ? string[]
        : O[Name] extends { readonly value: string }
          ? string
          : boolean)
    | undefined
}

/** The arguments beside the options. */
interface Operands {
  readonly min: number
  readonly max: number
  /** What to say if there are too few. */
  readonly missing: string
}

/** How a command is used; its help text and the reading of its arguments are made of it. */
export interface Usage<O extends Options = Options> {
  readonly name: string
  /** The ways to call it, each without the name of the program. */
  readonly synopsis: readonly string[]
  /** What it does. */
  readonly about: string
  /** Absent: it takes none. */
  readonly operands?: Operands
  readonly options: O
  /** Sentences below the options. */
  readonly notes?: readonly string[]
  /** What each exit code means. */
  readonly exitCodes: Readonly<Record<number, string>>
}

/** Longer lines are hard to read, however wide the terminal. */
const MAX_HELP_COLUMNS = 100

/** The text of `--help`, wrapped at this width. */
export function formatHelp(usage: Usage, columns: number): string {
  const width = Math.min(columns, MAX_HELP_COLUMNS)
  const codes = Object.entries(usage.exitCodes).map(([code, meaning]) => `${code} ${meaning}`)
  const blocks = [
    formatSynopsis(usage, width),
    wrap(usage.about, width),
    formatRows(optionRows(usage.options), width),
    ...(usage.notes ?? []).map((note) => wrap(note, width)),
    wrap(`Exit codes: ${codes.join(', ')}.`, width),
  ]
  return `${blocks.join('\n\n')}\n`
}

/** The first lines of the help: how the command is called. */
export function formatSynopsis({ synopsis }: Usage, width: number): string {
  const lines = synopsis.map((line, index) => `${index === 0 ? 'Usage:' : '      '} forwardgate ${line}`)
  return lines.map((line) => wrap(line, width, 19)).join('\n')
}

/** Two columns, the second one wrapped. */
export function formatRows(rows: readonly (readonly [term: string, about: string])[], width: number): string {
  const indent = Math.max(...rows.map(([term]) => term.length)) + 4
  return rows.map(([term, about]) => wrap(`  ${term.padEnd(indent - 2)}${about}`, width, indent)).join('\n')
}

function optionRows(options: Options): readonly (readonly [string, string])[] {
  const rows = Object.entries(options).map(
    ([name, { value, about }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, about] as const,
  )
  return [...rows, ['--help', 'this text']]
}
