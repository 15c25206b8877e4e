import { existsSync } from 'node:fs'
import { chooseSource, withoutConfiguration } from '../../cli/config-source.ts'
import type { Terminal } from '../../cli/terminal.ts'
import type { Config } from '../../config/model.ts'
import { formatPath, quote } from '../../config/problem.ts'
import { type Loaded, load, type Source, type StandIn } from '../../config/source.ts'
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
  secrets: 'required' | 'optional' = 'required',
): Promise<ReadConfiguration> {
  const read = readSettings(terminal.env)
  if (!read.ok) return refused('environment', read.problems)
  const { settings } = read
  const source = chooseSource(named, settings)
  const missing = withoutConfiguration(source)
  if (missing !== undefined) return refused('configuration', [missing])
  const absent = new Map<string, Finding>()
  const loaded = await load(source, now, secrets === 'optional' ? standInFor(absent) : undefined)
  const { parsed, namedFiles, unread } = loaded
  const sources = sourcesOf(loaded)
  if (!parsed.ok) return { ok: false, findings: parsed.problems.map((problem) => findingOf(problem, 'error')), sources }
  const { config } = parsed
  const warnings = [
    ...parsed.warnings.map((problem) => findingOf(problem, 'warning')),
    ...unread.map(notRead),
    ...absent.values(),
    ...(secrets === 'optional' ? absentFetchFiles(config) : []),
  ]
  return { ok: true, configuration: { settings, source, config, namedFiles, warnings }, sources }
}

function refused(id: string, problems: readonly string[]): ReadConfiguration {
  const findings = problems.map((what): Finding => ({ severity: 'error', id, what, path: '' }))
  return { ok: false, findings, sources: new Map() }
}

/** Files of secrets, which are where the service runs and need not be here. */
const SECRETS: ReadonlySet<unknown> = new Set(['secretFile', 'clientSecretFile', 'tokensFile', 'nonceSecretFile'])

/** Reads something that fits for a file of secrets that is not here, and notes it. */
function standInFor(absent: Map<string, Finding>): StandIn {
  return ({ at, name, place }) => {
    const key = at.at(-1)
    if (!SECRETS.has(key)) return undefined
    const { path, position } = place()
    absent.set(path, absentFile(name, path, position))
    return { bytes: Buffer.from(key === 'tokensFile' ? '[]' : 'x'.repeat(32)) }
  }
}

/** Those of `fetch`, which are read with each question only. */
function absentFetchFiles({ issuers }: Config): readonly Finding[] {
  return issuers.flatMap(({ name, fetch }) =>
    (['bearerTokenFile', 'caFile'] as const).flatMap((key) => {
      const file = fetch?.[key]
      return file === undefined || existsSync(file)
        ? []
        : [absentFile(file, formatPath(['issuers', name, 'fetch', key]), undefined)]
    }),
  )
}

function absentFile(name: string, path: string, position: Finding['position']): Finding {
  return {
    severity: 'note',
    id: 'file-absent',
    what: `the file ${quote(name)} is not here, so it was not judged`,
    path,
    position,
    why: 'the service needs it where it runs',
    fix: 'nothing, if it is mounted there',
  }
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
