import { chooseSource } from '../../cli/config-source.ts'
import { createPaint, type Format } from '../../cli/output.ts'
import type { Terminal } from '../../cli/terminal.ts'
import type { Config } from '../../config/model.ts'
import { quote } from '../../config/problem.ts'
import { load, type Source } from '../../config/source.ts'
import { readSettings, type Settings } from '../../settings.ts'
import { type Finding, findingOf, findingsJson, formatFindings } from './findings.ts'

/** The settings and the configuration as `serve` would use them, or everything that is wrong with them. */
export type ReadConfiguration =
  | {
      readonly ok: true
      readonly settings: Settings
      readonly source: Source
      readonly config: Config
      /** The files that the configuration names. */
      readonly namedFiles: readonly string[]
      /** What the loader warns of, and notes. */
      readonly warnings: readonly Finding[]
    }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/** Reads what `serve --config <named>` would read, by the same loader. `now`: seconds since the epoch. */
export async function readConfiguration(
  named: string | undefined,
  terminal: Terminal,
  now: number,
): Promise<ReadConfiguration> {
  const read = readSettings(terminal.env)
  if (!read.ok) {
    const findings = read.problems.map((what): Finding => ({ severity: 'error', id: 'environment', what, path: '' }))
    return { ok: false, findings }
  }
  const { settings } = read
  const source = chooseSource(named, settings)
  const { parsed, namedFiles, unread } = await load(source, now)
  if (!parsed.ok) return { ok: false, findings: parsed.problems.map((problem) => findingOf(problem, 'error')) }
  const warnings = parsed.warnings.map((problem) => findingOf(problem, 'warning'))
  warnings.push(...unread.map(notRead))
  return { ok: true, settings, source, config: parsed.config, namedFiles, warnings }
}

function notRead(file: string): Finding {
  return {
    severity: 'note',
    id: 'file-not-read',
    what: `${quote(file)} is not read: a directory of configuration is its *.yaml, *.yml and *.json`,
    path: '',
    fix: 'rename it if it belongs to the configuration, else leave it out of this directory',
  }
}

/** Ends a command that cannot begin because of its input. Exit code 2, as for wrong usage. */
export function refuseInput(terminal: Terminal, format: Format, findings: readonly Finding[]): 2 {
  if (format === 'json') {
    terminal.stdout.write(`${JSON.stringify({ findings: findingsJson(findings) }, null, 2)}\n`)
  } else {
    terminal.stderr.write(formatFindings(findings, createPaint(terminal.stderr, terminal.env)))
  }
  return 2
}
