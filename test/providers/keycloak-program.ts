import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const VERSION = '26.7.3'
const SHA256 = '27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f'
const ARTIFACT = `org/keycloak/keycloak-quarkus-dist/${VERSION}/keycloak-quarkus-dist-${VERSION}.zip`
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'forwardgate')
const FOLDER = join(CACHE, `keycloak-${VERSION}`)

/**
 * The folder of Keycloak: KEYCLOAK_HOME, else one in a cache, filled from the local Maven repository or from Maven Central.
 * Undefined if it can neither be found nor installed, or if there is no Java to run it.
 */
export async function installKeycloak(): Promise<string | undefined> {
  try {
    await run(javaProgram(), ['-version'])
    if (process.env['KEYCLOAK_HOME']) return process.env['KEYCLOAK_HOME']
    if (!existsSync(join(FOLDER, 'bin', 'kc.sh'))) await unpack(await archive())
    return FOLDER
  } catch (error) {
    console.error(`Keycloak cannot be installed: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
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

/** The release as Maven Central has it, and as its hash says. */
async function archive(): Promise<string> {
  const local = join(homedir(), '.m2', 'repository', ARTIFACT)
  const file = existsSync(local) ? local : join(CACHE, 'keycloak.zip')
  if (file !== local) {
    const response = await fetch(`https://repo1.maven.org/maven2/${ARTIFACT}`)
    if (!response.ok) throw new Error(`Maven Central answers ${response.status}`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, Buffer.from(await response.arrayBuffer()))
  }
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  if (hash !== SHA256) throw new Error(`${file} has the SHA-256 ${hash}, not ${SHA256}`)
  return file
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
