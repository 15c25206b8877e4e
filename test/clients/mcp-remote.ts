import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { npmPackage } from '../support/cached-folder.ts'
import type { ClientProgram } from './client.ts'

const VERSION = '0.15.1'

/** mcp-remote, with the official TypeScript SDK as the program that starts it. */
export const MCP_REMOTE: ClientProgram = {
  name: `mcp-remote ${VERSION}`,
  install: async () => {
    const program = join(await npmPackage('mcp-remote', VERSION), 'dist', 'proxy.js')
    return async (url, { env, home, signal }) => {
      const client = new Client({ name: 'scenario', version: '1.0.0' })
      signal.addEventListener('abort', () => void client.close())
      const args = [program, url, '--silent']
      const options = { command: process.execPath, args, env: env as Record<string, string>, cwd: home }
      await client.connect(new StdioClientTransport({ ...options, stderr: 'ignore' }))
      return {
        tools: async () => (await client.listTools()).tools.map(({ name }) => name).join(' '),
        call: async (name, input = {}) => {
          const { content } = await client.callTool({ name, arguments: { ...input } })
          return JSON.stringify(content)
        },
        close: () => client.close(),
      }
    }
  },
}
