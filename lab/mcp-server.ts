import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { closeNow, listenOnLoopback } from './loopback-server.ts'

/** A running MCP server. */
export interface DemoMcpServer {
  readonly origin: string
  stop(): Promise<void>
}

/** Starts an MCP server of the official SDK with two tools. It checks nothing: that is what the gate is for. */
export function startDemoMcpServer(): Promise<DemoMcpServer> {
  return serveMcp(() => {
    const mcp = new McpServer({ name: 'pods', version: '1.0.0' })
    mcp.registerTool('list_pods', { description: 'Lists pods' }, () => says('web-1 web-2'))
    mcp.registerTool('delete_pod', { description: 'Deletes a pod' }, () => says('web-1 is gone'))
    return mcp
  })
}

/** Serves MCP on loopback; `create` makes the server of a session. */
export async function serveMcp(create: () => McpServer): Promise<DemoMcpServer> {
  const handler = createMcpHandler(create)
  const serve = toNodeHandler(handler)
  const server = createServer((request, response) => {
    // Whether a proxy serves is seen by its reaching this.
    if (request.url === '/ready-canary') return void response.end()
    // The SDK's own types differ here under exactOptionalPropertyTypes.
    serve(request as Parameters<typeof serve>[0], response).catch(() => response.destroy())
  })
  const port = await listenOnLoopback(server)
  return { origin: `http://127.0.0.1:${port}`, stop: () => closeNow(server).then(() => handler.close()) }
}

function says(text: string) {
  return { content: [{ type: 'text' as const, text }] }
}
