import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where parts that tests need stay from run to run. */
export const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'forwardgate')

/** A folder of the cache; `fill` fills it when it is first needed. Rejects where it cannot; half of it never stays. */
export async function cachedFolder(name: string, fill: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(CACHE, name)
  const complete = join(folder, 'complete')
  if (existsSync(complete)) return folder
  const remove = () => rm(folder, { recursive: true, force: true })
  await remove()
  await mkdir(folder, { recursive: true })
  try {
    await fill(folder)
    await writeFile(complete, '')
  } catch (error) {
    await remove()
    throw error
  }
  return folder
}

/** The folder of an npm package of this version, with all that it needs. */
export async function npmPackage(name: string, version: string): Promise<string> {
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  const folder = await cachedFolder(`${name.replaceAll(/[@/]+/g, '-').replace(/^-/, '')}-${version}`, (prefix) =>
    run('npm', ['install', '--prefix', prefix, ...flags, `${name}@${version}`]),
  )
  return join(folder, 'node_modules', name)
}

/** The programs of a Python environment with these requirements, such as `fastmcp==4.2.3`. */
export async function pythonPrograms(...requirements: readonly string[]): Promise<string> {
  const folder = await cachedFolder(requirements.join('-').replaceAll('==', '-'), async (environment) => {
    await run('python3', ['-m', 'venv', environment])
    const flags = ['--quiet', '--disable-pip-version-check']
    await run(join(environment, 'bin', 'pip'), ['install', ...flags, ...requirements], { timeout: 150_000 })
  })
  return join(folder, 'bin')
}

/** What `install` promises; undefined, and a loud sentence, where it cannot be had. */
export async function ifInstalled<T>(what: string, install: () => Promise<T>): Promise<T | undefined> {
  try {
    return await install()
  } catch (error) {
    console.error(`${what} cannot be installed: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
