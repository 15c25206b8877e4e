import { plain } from '../cli/output.ts'
import type { Command, Terminal } from '../cli/terminal.ts'
import { didYouMean } from '../config/nearest-name.ts'
import { quote } from '../config/problem.ts'
import { readVersion } from '../version.ts'

/** A command in the help; its code is loaded when it is asked for. */
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
    summary: 'find mistakes in the configuration and in Traefik manifests',
    load: async () => (await import('./check/check.ts')).check,
  },
  {
    name: 'explain',
    summary: 'show why a request is allowed or refused',
    load: async () => (await import('./explain/explain.ts')).explain,
  },
  {
    name: 'doctor',
    summary: 'play a strict client against a running resource',
    load: async () => (await import('./doctor/doctor.ts')).doctor,
  },
  {
    name: 'generate',
    summary: 'print Traefik manifests for the configuration',
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
    name: 'healthcheck',
    summary: 'ask whether the service in this container is ready',
    load: async () => (await import('../cli/healthcheck.ts')).healthcheck,
  },
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
  try {
    return await (await command.load()).run(rest, terminal)
  } catch (error) {
    // What input can cause is a finding; this is a fault of ours, and its stack would help nobody who reads it.
    const what = plain(error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 200)
    terminal.stderr.write(
      `forwardgate: ${name} failed by a fault of its own (${what}); please report it with its input\n`,
    )
    return 2
  }
}

function usage(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length))
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`)
  return `Usage: forwardgate <command> [options]\n\n${lines.join('\n')}\n\nforwardgate <command> --help tells the options of a command.\n`
}
