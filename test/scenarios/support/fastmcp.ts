import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startChild } from '../../../lab/child-process.ts'

/** A FastMCP server in a process of its own. */
export interface FastMcpServer {
  readonly origin: string
  stop(): Promise<void>
}

/** Starts the example server of this folder; undefined where Python or the package index is missing. */
export async function startFastMcp(folder: string): Promise<FastMcpServer | undefined> {
  const python = await environment()
  if (python === undefined) return undefined
  const listening = Promise.withResolvers<string>()
  const child = await startChild(python, ['-B', 'server.py'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PYTHONUNBUFFERED: '1', FASTMCP_CHECK_FOR_UPDATES: 'off' },
    onLine: (line) => {
      const origin = /Uvicorn running on (http:\S+)/.exec(line)?.[1]
      if (origin !== undefined) listening.resolve(origin)
    },
  })
  return { origin: await Promise.race([listening.promise, child.failed]), stop: () => child.stop() }
}

/** The interpreter of a virtual environment with FastMCP, made when it is first needed and kept beside the packages. */
async function environment(): Promise<string | undefined> {
  const python = `${VENV}/bin/python`
  if (existsSync(`${VENV}/complete`)) return python
  const run = promisify(execFile)
  try {
    await rm(VENV, { recursive: true, force: true })
    await mkdir(VENV, { recursive: true })
    await run('python3', ['-m', 'venv', VENV])
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE]
    await run(python, pip, { timeout: 150_000 })
    await writeFile(`${VENV}/complete`, '')
    return python
  } catch {
    return undefined
  }
}

const PACKAGE = 'fastmcp==4.1.2'
const VENV = fileURLToPath(new URL(`../../../node_modules/.cache/forwardgate-${PACKAGE}`, import.meta.url))
