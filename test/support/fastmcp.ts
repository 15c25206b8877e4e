import { join } from 'node:path'
import { pythonPrograms } from './cached-folder.ts'

/** FastMCP and the official Python SDK below it, for servers and for clients. */
export const FASTMCP = { version: '4.2.3', sdk: '2.3.0' }

/** The interpreter of an environment with both; rejects where Python or the package index is missing. */
export async function installFastMcp(): Promise<string> {
  return join(await pythonPrograms(`fastmcp==${FASTMCP.version}`, `mcp==${FASTMCP.sdk}`), 'python')
}
