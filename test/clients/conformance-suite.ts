import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PACKAGE = '@modelcontextprotocol/conformance'
const VERSION = '0.2.0-alpha.12'
const FOLDER = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'forwardgate', `conformance-${VERSION}`)
const PROGRAM = join(FOLDER, 'node_modules', PACKAGE, 'dist', 'index.js')

/** Whether the official conformance suite of MCP is there, after installing it into a cache folder where it was not. */
export async function installConformanceSuite(): Promise<boolean> {
  if (existsSync(PROGRAM)) return true
  try {
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    await run('npm', ['install', '--prefix', FOLDER, ...options, `${PACKAGE}@${VERSION}`])
    return existsSync(PROGRAM)
  } catch (error) {
    console.error(
      `The conformance suite cannot be installed: ${error instanceof Error ? error.message : String(error)}`,
    )
    await rm(FOLDER, { recursive: true, force: true })
    return false
  }
}

/** Runs every scenario of the suite against a server. The outcome of each: `ping: 2 passed, 0 failed`. */
export async function runConformanceSuite(url: string): Promise<readonly string[]> {
  const out = await mkdtemp(join(tmpdir(), 'forwardgate-conformance-'))
  try {
    const args = [PROGRAM, 'server', '--url', url, '--suite', 'all', '--timeout', '10000', '-o', out]
    // Scenarios that fail make its exit code 1.
    const { stdout } = await run(process.execPath, args).catch((error: unknown) => error as { stdout: string })
    return [...stdout.matchAll(/^[✓✗] (.*: \d+ passed, \d+ failed)/gm)].map(([, outcome = '']) => outcome)
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}
