import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ifInstalled, npmPackage } from '../support/cached-folder.ts'

const run = promisify(execFile)

/** The program of the official conformance suite of MCP; undefined where it cannot be had. */
export async function installConformanceSuite(): Promise<string | undefined> {
  const install = () => npmPackage('@modelcontextprotocol/conformance', '0.2.0-alpha.12')
  const folder = await ifInstalled('The conformance suite', install)
  return folder === undefined ? undefined : join(folder, 'dist', 'index.js')
}

/** Runs every scenario of the suite against a server. The outcome of each: `ping: 2 passed, 0 failed`. */
export async function runConformanceSuite(program: string, url: string): Promise<readonly string[]> {
  const out = await mkdtemp(join(tmpdir(), 'forwardgate-conformance-'))
  try {
    const args = [program, 'server', '--url', url, '--suite', 'all', '--timeout', '10000', '-o', out]
    // Scenarios that fail make its exit code 1.
    const { stdout } = await run(process.execPath, args).catch((error: unknown) => error as { stdout: string })
    return [...stdout.matchAll(/^[✓✗] (.*: \d+ passed, \d+ failed)/gm)].map(([, outcome = '']) => outcome)
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}
