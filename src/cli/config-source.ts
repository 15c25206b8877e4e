import { existsSync } from 'node:fs'
import type { Source } from '../config/source.ts'
import type { Settings } from '../settings.ts'

const DEFAULT_PATH = './config.yaml'

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
  if (existsSync(DEFAULT_PATH)) return { kind: 'path', path: DEFAULT_PATH }
  return { kind: 'environment', variables: settings.configVariables }
}
