import { nearestName } from '../config/nearest-name.ts'
import { healthcheck } from './healthcheck.ts'
import { serve } from './serve.ts'
import type { Command, Terminal } from './terminal.ts'

/** Every command, in the order of the help. */
const COMMANDS: readonly Command[] = [serve, healthcheck]

/** Runs what the arguments ask for. Exit codes: 0 well, 1 findings, 2 usage or unreadable input. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.stdout.write(usage())
    return name === undefined ? 2 : 0
  }
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (command === undefined) {
    const nearest = nearestName(
      name,
      COMMANDS.map((candidate) => candidate.name),
    )
    terminal.stderr.write(
      `forwardgate: there is no command "${name}"${nearest ? `; did you mean "${nearest}"?` : ''}\n`,
    )
    return 2
  }
  return command.run(rest, terminal)
}

function usage(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length))
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`)
  return `Usage: forwardgate <command> [options]\n\n${lines.join('\n')}\n\nforwardgate <command> --help tells the options of a command.\n`
}
