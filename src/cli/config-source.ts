import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Source } from '../config/source.ts'
import { DEFAULT_CONFIG_PATH, type Settings } from '../settings.ts'

/**
 * Where the configuration comes from: `--config`, else FORWARDGATE_CONFIG, else ./config.yaml, else the variables.
 * A path that was named and is missing is an error of the reading, never a reason to fall back to the variables.
 */
export function chooseSource(
  named: string | undefined,
  settings: Pick<Settings, 'config' | 'configVariables'>,
): Source {
  const path = named ?? settings.config
  if (path !== undefined) return { kind: 'path', path }
  if (existsSync(DEFAULT_CONFIG_PATH)) return { kind: 'path', path: DEFAULT_CONFIG_PATH }
  return { kind: 'environment', variables: settings.configVariables }
}

/** What to say if nothing configures the service at all: no path, no file, no variable. Undefined if something does. */
export function withoutConfiguration(source: Source): string | undefined {
  if (source.kind === 'path' || Object.values(source.variables).some((value) => value !== undefined)) return undefined
  return `there is no configuration: --config and FORWARDGATE_CONFIG are not set, ${resolve(DEFAULT_CONFIG_PATH)} does not exist, and OIDC_ISSUER and RESOURCE_URL are not set. Write one with: forwardgate init --issuer URL --resource URL --out first; then: forwardgate serve --config first/config.yaml`
}
