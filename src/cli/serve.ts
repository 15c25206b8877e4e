import { startService } from '../service.ts'
import { ignoredProxyVariables, readSettings, type Settings } from '../settings.ts'
import type { LogOutput } from '../telemetry/log-output.ts'
import { type Logger, openLog } from '../telemetry/logger.ts'
import { readVersion } from '../version.ts'
import { readArguments } from './arguments.ts'
import { chooseSource, withoutConfiguration } from './config-source.ts'
import type { Terminal } from './terminal.ts'
import type { Command, Usage } from './usage.ts'

const USAGE = {
  name: 'serve',
  synopsis: ['serve [--config FILE]'],
  about: 'Answers ForwardAuth calls until SIGTERM or SIGINT.',
  options: { config: { value: 'FILE', about: 'a YAML file or a directory of them; overrides FORWARDGATE_CONFIG' } },
  notes: ['Everything else comes from the environment; see docs/reference/configuration.md.'],
  exitCodes: { 0: 'ended by a signal', 1: 'a listener failed', 2: 'configuration or usage error' },
} as const satisfies Usage

/** The longest that the end of the process waits for the last lines of the log to be read. */
const MAX_LAST_LINES_MS = 1000

/** Runs the service. Starts on good input only: a bad configuration is reported in full and ends in exit code 2. */
export const serve: Command = {
  usage: USAGE,
  async run(args, terminal) {
    const read = readArguments(args, USAGE, terminal)
    if (!read.ok) return read.exitCode
    const parsed = readSettings(terminal.env)
    const { log, output } = openLog(parsed.ok ? parsed.settings.logLevel : 'error')
    try {
      const problems = parsed.ok
        ? await serveUntilSignal(parsed.settings, read.values.config, { terminal, log, output })
        : parsed.problems
      reportFailure(terminal, log, problems)
      return problems.length === 0 ? 0 : 2
    } catch (error) {
      reportFailure(terminal, log, [describeFailure(error, parsed.ok ? parsed.settings.listen.port : undefined)])
      return 1
    } finally {
      await output.end(MAX_LAST_LINES_MS)
    }
  },
}

interface ServeDeps {
  readonly terminal: Terminal
  readonly log: Logger
  readonly output: LogOutput
}

/** Why it does not start; nothing when a signal has ended it. */
async function serveUntilSignal(
  settings: Settings,
  named: string | undefined,
  { terminal, log, output }: ServeDeps,
): Promise<readonly string[]> {
  const ignored = ignoredProxyVariables(terminal.env)
  if (ignored.length > 0) log.warn({ variables: ignored }, 'proxy variables are ignored; set NODE_USE_ENV_PROXY=1')
  const source = chooseSource(named, settings)
  const missing = withoutConfiguration(source)
  if (missing !== undefined) return [missing]
  const started = await startService({ settings, source, log, version: readVersion(), logOutput: output })
  if (!started.ok) return started.problems
  const { service } = started
  log.info({ auth: service.auth, operations: service.operations }, 'listening')
  const signal = await Promise.race([signalled(terminal, 'SIGTERM'), signalled(terminal, 'SIGINT')])
  log.info({ signal, delayMs: settings.shutdownDelay }, 'draining')
  await service.close()
  log.info({}, 'ended')
  return []
}

function signalled(terminal: Terminal, signal: 'SIGTERM' | 'SIGINT'): Promise<string> {
  return new Promise((resolve) => terminal.once(signal, () => resolve(signal)))
}

/** What went wrong; where nothing can be listened on, also which variable names another address. */
function describeFailure(error: unknown, authPort: number | undefined): string {
  if (!(error instanceof Error)) return String(error)
  if (!('syscall' in error && 'port' in error && error.syscall === 'listen')) return error.message
  const variable = error.port === authPort ? 'FORWARDGATE_LISTEN' : 'FORWARDGATE_OPERATIONS_LISTEN'
  return `${error.message}; set ${variable} to a free address`
}

/** For people on standard error; if standard output is read by a program, in the log too. */
function reportFailure(terminal: Terminal, log: Logger, problems: readonly string[]): void {
  for (const problem of problems) {
    terminal.stderr.write(`forwardgate: ${problem}\n`)
    if (terminal.stdout.isTTY !== true) log.error({ problem }, 'failed to start')
  }
}
