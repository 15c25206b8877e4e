import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { authInfo } from '../../../examples/backends/typescript-sdk/identity.ts'
import { closeNow, listenOnLoopback } from '../../../lab/loopback-server.ts'
import type { Arrival, RunningMcpServer } from './mcp-server.ts'

/**
 * Starts an MCP server of the official SDK's version 2: revision 2026-07-28, without sessions and streams of its own, and
 * the older ones for clients that ask for them. Its one tool is `whoami`.
 */
export async function startMcpServerV2(name: string): Promise<Omit<RunningMcpServer, 'announce'>> {
  const arrivals: Arrival[] = []
  const mcp = createMcpHandler(({ authInfo: caller }) => {
    const server = new McpServer({ name, version: '2.0.0' })
    server.registerTool('whoami', { description: 'Says who calls' }, () => ({
      content: [{ type: 'text', text: JSON.stringify(caller) }],
    }))
    return server
  })
  const handle = toNodeHandler(mcp)
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    arrivals.push({ method, url, headers })
    // The SDK’s own types differ here under exactOptionalPropertyTypes.
    handle(Object.assign(request, { auth: authInfo(request), method, url }), response).catch(() => response.destroy())
  })
  const port = await listenOnLoopback(server)
  return {
    origin: `http://127.0.0.1:${port}`,
    arrivals,
    messages: () => arrivals.filter(({ method }) => method === 'POST').length,
    stop: () => mcp.close().then(() => closeNow(server)),
  }
}
