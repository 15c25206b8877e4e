import { startChild } from '../../../lab/child-process.ts'
import { ifInstalled } from '../../support/cached-folder.ts'
import { installFastMcp } from '../../support/fastmcp.ts'

/** A FastMCP server in a process of its own. */
export interface FastMcpServer {
  readonly origin: string
  stop(): Promise<void>
}

/** Starts the example server of this folder; undefined where Python or the package index is missing. */
export async function startFastMcp(folder: string): Promise<FastMcpServer | undefined> {
  const python = await ifInstalled('FastMCP', installFastMcp)
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
