import { chooseSource, withoutConfiguration } from '../../cli/config-source.ts'
import type { Terminal } from '../../cli/terminal.ts'
import type { Config } from '../../config/model.ts'
import { quote } from '../../config/problem.ts'
import { type Loaded, load, type Source } from '../../config/source.ts'
import { readSettings, type Settings } from '../../settings.ts'
import { type Finding, findingOf } from './findings.ts'
import type { Sources } from './source-lines.ts'

/** The settings and the configuration as `serve` would use them. */
export interface Configuration {
  readonly settings: Settings
  readonly source: Source
  readonly config: Config
  /** The files that the configuration names. */
  readonly namedFiles: readonly string[]
  /** What the loader warns of, and notes. */
  readonly warnings: readonly Finding[]
}

/** A configuration, or everything that is wrong with it. */
export type ReadConfiguration = { readonly sources: Sources } & (
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly findings: readonly Finding[] }
)

/** Reads what `serve --config <named>` would read, by the same loader. `now`: seconds since the epoch. */
export async function readConfiguration(
  named: string | undefined,
  terminal: Pick<Terminal, 'env'>,
  now: number,
): Promise<ReadConfiguration> {
  const read = readSettings(terminal.env)
  if (!read.ok) {
    const findings = read.problems.map((what): Finding => ({ severity: 'error', id: 'environment', what, path: '' }))
    return { ok: false, findings, sources: new Map() }
  }
  const { settings } = read
  const source = chooseSource(named, settings)
  const missing = withoutConfiguration(source)
  if (missing !== undefined) {
    const finding: Finding = { severity: 'error', id: 'configuration', what: missing, path: '' }
    return { ok: false, findings: [finding], sources: new Map() }
  }
  const loaded = await load(source, now)
  const { parsed, namedFiles, unread } = loaded
  const sources = sourcesOf(loaded)
  if (!parsed.ok) return { ok: false, findings: parsed.problems.map((problem) => findingOf(problem, 'error')), sources }
  const warnings = [...parsed.warnings.map((problem) => findingOf(problem, 'warning')), ...unread.map(notRead)]
  return { ok: true, configuration: { settings, source, config: parsed.config, namedFiles, warnings }, sources }
}

/** The texts of the configuration itself; the files that it names may hold secrets. */
function sourcesOf({ contents, namedFiles }: Loaded): Sources {
  const own = [...contents].filter(([file]) => !namedFiles.includes(file))
  return new Map(own.flatMap(([file, content]) => ('bytes' in content ? [[file, content.bytes.toString()]] : [])))
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
