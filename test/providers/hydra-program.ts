import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unavailable } from '../support/missing-part.ts'

const VERSION = 'v2.3.0'
const MODULE = 'github.com/ory/hydra/v2'
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'forwardgate')
const FOLDER = join(CACHE, `hydra-${VERSION}`)
/** What a machine that is too slow for it has compiled by then, Go keeps for the next time. */
const MAX_BUILD_MS = 420_000

/** The program, and its release as the module proxy names it; or why there is none. */
export type Hydra = { readonly program: string; readonly release: string } | { readonly skip: string }

/**
 * Ory Hydra: HYDRA_BIN, else one in a cache, built there from its Go module. The checksum database of Go vouches for the
 * sources. That takes minutes the first time, and a C compiler: its database in memory is SQLite.
 */
export async function buildHydra(): Promise<Hydra> {
  const release = `Ory Hydra ${VERSION.slice(1)}`
  const given = process.env['HYDRA_BIN']
  if (given) return { program: given, release }
  const program = join(FOLDER, 'hydra')
  if (existsSync(program)) return { program, release }
  await mkdir(FOLDER, { recursive: true })
  await writeFile(join(FOLDER, 'go.mod'), GO_MOD)
  const listed = await go('list', '-deps', ...TAGS, MODULE)
  if (listed !== undefined)
    return { skip: unavailable(`no real Hydra was tried, its sources cannot be had: ${listed}`) }
  const failed = await go('build', ...TAGS, '-trimpath', '-o', `${program}.part`, MODULE)
  if (failed === SLOW) return { skip: unavailable(`no real Hydra was tried, compiling it takes too long here`) }
  // The sources are there: whatever else is wrong has to be seen.
  if (failed !== undefined) throw new Error(failed)
  await rename(`${program}.part`, program)
  return { program, release }
}

const TAGS = ['-mod=mod', '-tags=sqlite']
/** The fork of pop is what its own go.mod says; Go reads such lines of the main module only. */
const GO_MOD = `module hydra
go 1.24
require ${MODULE} ${VERSION}
replace github.com/gobuffalo/pop/v6 => github.com/ory/pop/v6 v6.2.1-0.20241121111754-e5dfc0f3344b
`

const SLOW = 'too slow'

/** Undefined, or why the command failed. */
async function go(...args: readonly string[]): Promise<string | undefined> {
  const env = { ...process.env, CGO_ENABLED: '1' }
  try {
    await promisify(execFile)('go', args, { cwd: FOLDER, env, timeout: MAX_BUILD_MS, maxBuffer: 1 << 26 })
    return undefined
  } catch (error) {
    const { killed, message }: { readonly killed?: boolean; readonly message?: string } = Object(error)
    return killed === true ? SLOW : String(message).slice(0, 500)
  }
}
