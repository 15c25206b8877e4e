import { didYouMean } from '../config/nearest-name.ts'
import { quote } from '../config/problem.ts'
import { readVersion } from '../version.ts'
import { check } from './check.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { generate } from './generate.ts'
import { healthcheck } from './healthcheck.ts'
import { init } from './init.ts'
import { schema } from './schema.ts'
import { serve } from './serve.ts'
import type { Command, Terminal } from './terminal.ts'
import { test } from './test.ts'
import { token } from './token.ts'

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  serve,
  init,
  check,
  explain,
  doctor,
  generate,
  token,
  test,
  schema,
  healthcheck,
]

/** Runs what the arguments ask for. Exit codes: 0 well, 1 findings, 2 usage or unreadable input. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version') {
    terminal.stdout.write(`${readVersion()}\n`)
    return 0
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.stdout.write(usage())
    return name === undefined ? 2 : 0
  }
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (command === undefined) {
    const names = COMMANDS.map((candidate) => candidate.name)
    const hint = didYouMean(name, names) || `; the commands are ${names.join(', ')}`
    terminal.stderr.write(`forwardgate: there is no command ${quote(name)}${hint}\n`)
    return 2
  }
  return command.run(rest, terminal)
}

function usage(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length))
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`)
  return `Usage: forwardgate <command> [options]\n\n${lines.join('\n')}\n\nforwardgate <command> --help tells the options of a command.\n`
}
