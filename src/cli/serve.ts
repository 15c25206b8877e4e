import { formatProblem } from '../config/problem.ts'
import { startService } from '../service.ts'
import { ignoredProxyVariables, readSettings } from '../settings.ts'
import { createLogOutput, sinkOf } from '../telemetry/log-output.ts'
import { createLogger } from '../telemetry/logger.ts'
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

const STANDARD_OUTPUT = 1
/** The longest that the end of the process waits for the last lines of the log to be read. */
const MAX_LAST_LINES_MS = 1000

/** Runs the service. Starts on good input only: a bad configuration is reported in full and ends in exit code 2. */
export const serve: Command = {
  usage: USAGE,
  async run(args, terminal) {
    const read = readArguments(args, USAGE, terminal)
    if (!read.ok) return read.exitCode
    const parsed = readSettings(terminal.env)
    if (!parsed.ok) return refuse(terminal, parsed.problems)
    const { settings } = parsed
    const output = createLogOutput(sinkOf(STANDARD_OUTPUT))
    const log = createLogger(settings.logLevel, output)
    const ignored = ignoredProxyVariables(terminal.env)
    if (ignored.length > 0) log.warn({ variables: ignored }, 'proxy variables are ignored; set NODE_USE_ENV_PROXY=1')
    const source = chooseSource(read.values.config, settings)
    const missing = withoutConfiguration(source)
    if (missing !== undefined) return refuse(terminal, [missing])
    try {
      const started = await startService({ settings, source, log, version: readVersion(), logOutput: output })
      if (!started.ok) return refuse(terminal, started.problems.map(formatProblem))
      const { service } = started
      log.info({ auth: service.auth, operations: service.operations }, 'listening')
      const signal = await Promise.race([signalled(terminal, 'SIGTERM'), signalled(terminal, 'SIGINT')])
      log.info({ signal, delayMs: settings.shutdownDelay }, 'draining')
      await service.close()
      log.info({}, 'ended')
      return 0
    } catch (error) {
      terminal.stderr.write(`forwardgate: ${error instanceof Error ? error.message : String(error)}\n`)
      return 1
    } finally {
      await output.end(MAX_LAST_LINES_MS)
    }
  },
}

function signalled(terminal: Terminal, signal: 'SIGTERM' | 'SIGINT'): Promise<string> {
  return new Promise((resolve) => terminal.once(signal, () => resolve(signal)))
}

function refuse(terminal: Terminal, problems: readonly string[]): number {
  for (const problem of problems) terminal.stderr.write(`forwardgate: ${problem}\n`)
  return 2
}
