import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { missing, unavailable } from '../support/missing-part.ts'

const run = promisify(execFile)

const VERSION = '26.7.3'
const SHA256 = '27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f'
const ARTIFACT = `org/keycloak/keycloak-quarkus-dist/${VERSION}/keycloak-quarkus-dist-${VERSION}.zip`
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'forwardgate')
const MAX_DOWNLOAD_MS = 240_000
const FOLDER = join(CACHE, `keycloak-${VERSION}`)
/** A file in a folder of Keycloak, once it is compiled. */
export const BUILT = 'built-by-forwardgate'

/**
 * The folder of Keycloak: KEYCLOAK_HOME, else one in a cache, filled from the local Maven repository or from Maven Central.
 * Or why there is none: Java and unzip can be installed, a server out of reach cannot.
 */
export async function installKeycloak(): Promise<{ readonly home: string } | { readonly skip: string }> {
  const untested = 'no real Keycloak was tried'
  if (!(await succeeds(javaProgram(), '-version'))) return { skip: missing('Java', untested) }
  if (process.env['KEYCLOAK_HOME']) return { home: process.env['KEYCLOAK_HOME'] }
  if (existsSync(join(FOLDER, 'bin', 'kc.sh'))) return { home: FOLDER }
  if (!(await succeeds('unzip', '-v'))) return { skip: missing('unzip', untested) }
  const file = await archive()
  if (file === undefined) return { skip: unavailable(`Keycloak cannot be downloaded: ${untested}`) }
  await unpack(file)
  return { home: FOLDER }
}

function succeeds(program: string, argument: string): Promise<boolean> {
  return run(program, [argument]).then(
    () => true,
    () => false,
  )
}

/** A copy in the cache that has never been compiled, for another choice of features than the first. */
export async function copyFor(home: string, feature: string): Promise<string> {
  const copy = join(CACHE, `${basename(home)}-${feature}`)
  const isOfBuild = (path: string) => basename(path) === BUILT
  if (!existsSync(join(copy, BUILT)))
    await cp(home, copy, { recursive: true, force: true, filter: (path) => !isOfBuild(path) })
  return copy
}

/** As the release calls itself: `Keycloak - Version 26.7.3`. */
export async function releaseOf(home: string): Promise<string> {
  return (await readFile(join(home, 'version.txt'), 'utf8')).trim().replace(' - Version', '')
}

/** The `java` of JAVA_HOME, else that of PATH. */
function javaProgram(): string {
  const home = process.env['JAVA_HOME']
  return home ? join(home, 'bin', 'java') : 'java'
}

/** The release as Maven Central has it, and as its hash says. Undefined where it is out of reach, which is said. */
async function archive(): Promise<string | undefined> {
  const local = join(homedir(), '.m2', 'repository', ARTIFACT)
  const file = existsSync(local) ? local : join(CACHE, 'keycloak.zip')
  if (file !== local) {
    const content = await download()
    if (content === undefined) return undefined
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  if (hash !== SHA256) throw new Error(`${file} has the SHA-256 ${hash}, not ${SHA256}`)
  return file
}

async function download(): Promise<Buffer | undefined> {
  try {
    const signal = AbortSignal.timeout(MAX_DOWNLOAD_MS)
    const response = await fetch(`https://repo1.maven.org/maven2/${ARTIFACT}`, { signal })
    if (response.ok) return Buffer.from(await response.arrayBuffer())
    console.error(`Maven Central answers ${response.status}`)
  } catch (error) {
    console.error(`Maven Central cannot be reached: ${String(error)}`)
  }
  return undefined
}

async function unpack(file: string): Promise<void> {
  await mkdir(CACHE, { recursive: true })
  try {
    await run('unzip', ['-q', '-o', file, '-d', CACHE])
  } catch (error) {
    // Half a release must not look like one.
    await rm(FOLDER, { recursive: true, force: true })
    throw error
  }
}
