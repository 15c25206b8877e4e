import { existsSync } from 'node:fs'
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
