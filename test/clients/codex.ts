import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { npmPackage } from '../support/cached-folder.ts'
import type { ClientProgram } from './client.ts'
import { type JsonLines, openJsonLines } from './json-lines.ts'

const VERSION = '0.171.0'

/** Codex CLI: `codex mcp login`, then the tools of a thread as its app server offers them to an editor. */
export const CODEX: ClientProgram = {
  name: `Codex CLI ${VERSION}`,
  install: async () => {
    const program = join(await npmPackage('@openai/codex', VERSION), 'bin', 'codex.js')
    return async (url, desk) => {
      await mkdir(join(desk.home, '.codex'), { recursive: true })
      await writeFile(join(desk.home, '.codex', 'config.toml'), configuration(url))
      const { env, signal } = desk
      await promisify(execFile)(process.execPath, [program, 'mcp', 'login', 'gate'], { env, signal })

      const server = openJsonLines(process.execPath, [program, 'app-server'], desk)
      await ask(server, 'initialize', { clientInfo: { name: 'scenario', title: 'scenario', version: '1.0.0' } })
      server.write(JSON.stringify({ method: 'initialized' }))
      const { thread } = await ask(server, 'thread/start', { ephemeral: true })
      const threadId = thread.id
      return {
        tools: async () => {
          const { data } = await ask(server, 'mcpServerStatus/list', { threadId, detail: 'toolsAndAuthOnly' })
          return Object.keys(data[0].tools).join(' ')
        },
        call: async (tool, input = {}) => {
          const params = { threadId, server: 'gate', tool, arguments: input }
          return (await ask(server, 'mcpServer/tool/call', params)).content[0].text
        },
        close: server.close,
      }
    }
  },
}

/** Its model is never asked anything. */
const configuration = (url: string) => `
mcp_oauth_credentials_store = "file"
model_provider = "none"
[model_providers.none]
name = "none"
base_url = "http://127.0.0.1:9"
[mcp_servers.gate]
url = "${url}"
`

/** One request of JSON-RPC, without the `jsonrpc` that Codex leaves out; what it sends of its own accord is skipped. */
// biome-ignore lint/suspicious/noExplicitAny: what Codex answers is looked at by name, and a test fails where it differs
async function ask(server: JsonLines, method: string, params: object): Promise<any> {
  const id = crypto.randomUUID()
  server.write(JSON.stringify({ id, method, params }))
  for (;;) {
    const { id: to, result, error } = await server.next()
    if (to !== id) continue
    if (error === undefined) return result
    const { message, data } = error as { readonly message: string; readonly data?: unknown }
    throw Object.assign(new Error(message), { data })
  }
}
