import { plain } from '../cli/output.ts'
import type { Terminal } from '../cli/terminal.ts'
import { type Command, formatRows } from '../cli/usage.ts'
import { columnsOf } from '../cli/wrap.ts'
import { didYouMean } from '../config/nearest-name.ts'
import { quote } from '../config/problem.ts'
import { readVersion } from '../version.ts'

/** A command in the help; its code is loaded only when it runs. */
interface Listed {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** Every command, in the order of the help. The service and probes of it load nothing of the others. */
export const COMMANDS: readonly Listed[] = [
  {
    name: 'serve',
    summary: 'answer ForwardAuth calls',
    load: async () => (await import('../cli/serve.ts')).serve,
  },
  {
    name: 'init',
    summary: 'make a first configuration from an issuer and a sample token',
    load: async () => (await import('./init/init.ts')).init,
  },
  {
    name: 'check',
    summary: 'find mistakes in the configuration and in that of the proxy',
    load: async () => (await import('./check/check.ts')).check,
  },
  {
    name: 'explain',
    summary: 'show why a request is allowed or refused',
    load: async () => (await import('./explain/explain.ts')).explain,
  },
  {
    name: 'doctor',
    summary: 'probe a running resource as a strict OAuth client would',
    load: async () => (await import('./doctor/doctor.ts')).doctor,
  },
  {
    name: 'generate',
    summary: 'print the configuration of the proxy',
    load: async () => (await import('./generate/generate.ts')).generate,
  },
  {
    name: 'token',
    summary: 'make a static token and the entry for its tokens file',
    load: async () => (await import('./token/token.ts')).token,
  },
  {
    name: 'test',
    summary: 'run policy tests against the configuration',
    load: async () => (await import('./policy-test/policy-test.ts')).test,
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of the configuration file',
    load: async () => (await import('./schema/print-schema.ts')).schema,
  },
  {
    name: 'status',
    summary: 'show the state of a running service, and what is wrong',
    load: async () => (await import('./status/status.ts')).status,
  },
  {
    name: 'healthcheck',
    summary: 'report whether the service in this container is ready',
    load: async () => (await import('../cli/healthcheck.ts')).healthcheck,
  },
]

/** Runs the command that the arguments name. Exit codes: 0 success, 1 findings, 2 usage error. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version') {
    terminal.stdout.write(`${readVersion()}\n`)
    return 0
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.stdout.write(usage(columnsOf(terminal.stdout)))
    return name === undefined ? 2 : 0
  }
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (command === undefined) {
    const names = COMMANDS.map((candidate) => candidate.name)
    const hint = didYouMean(name, names) || `; the commands are ${names.join(', ')}`
    terminal.stderr.write(`forwardgate: unknown command ${quote(name)}${hint}\n`)
    return 2
  }
  try {
    return await (await command.load()).run(rest, terminal)
  } catch (error) {
    // What input can cause is a finding; this is a bug, and its stack would not help a user.
    const what = plain(error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 200)
    terminal.stderr.write(`forwardgate: ${name} failed because of a bug (${what}); please report it with its input\n`)
    return 2
  }
}

function usage(width: number): string {
  const rows = COMMANDS.map(({ name, summary }) => [name, summary] as const)
  return `Usage: forwardgate <command> [options]\n\n${formatRows(rows, width)}\n\nRun forwardgate <command> --help for its options.\n`
}
