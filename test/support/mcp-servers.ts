import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import * as v2 from '@modelcontextprotocol/server'

/** Something that a server did for a client: `tool read_pods`. */
export type Deed = string

export interface RecordingServer {
  /** Has a body handled as an HTTP POST with these additional header fields; what the server did because of it. */
  post(body: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<readonly Deed[]>
}

/** What the servers offer; also names that look like one another, or are something to JavaScript. */
export const OFFERED = {
  tools: ['read_pods', 'read_secrets', 'delete_pod', 'Delete_Pod', ' delete_pod', 'café', '=?base64?eA==?='],
  prompts: ['greet', 'admin'],
  resources: ['note://public/a', 'note://secret/a', 'https://files.example.com/public/a'],
} as const

const ADDRESS = 'https://api.example.com/mcp'

/** Requests after which a server is replaced: those with odd ids are never answered and would pile up. */
const LIFE = 250

/** The official server, release line 1, behind its own HTTP transport with one session that is initialised. */
export function openServerV1(): Promise<RecordingServer> {
  return recording(async (onDeed) => {
    const server = new McpServer({ name: 'recording', version: '1' })
    offer(server, onDeed, new ResourceTemplate('note://{place}/b{rest}', { list: undefined }))
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => 'session',
      enableJsonResponse: true,
    })
    await server.connect(transport)
    const hello = {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    }
    const answer = await transport.handleRequest(requestOf(Buffer.from(JSON.stringify(hello)), {}))
    if (answer.status !== 200) throw new Error(`the server did not begin a session: ${await answer.text()}`)
    return {
      handle: (body, headers) => transport.handleRequest(requestOf(body, { 'Mcp-Session-Id': 'session', ...headers })),
      close: () => server.close(),
    }
  })
}

/** The official server, release line 2, which serves revision 2026-07-28 and the older ones; a new one for each request. */
export function openServerV2(): Promise<RecordingServer> {
  return recording(async (onDeed) => {
    const handler = v2.createMcpHandler(() => {
      const server = new v2.McpServer({ name: 'recording', version: '1' })
      const template = new v2.ResourceTemplate('note://{place}/b{rest}', { list: undefined })
      // Both lines have the same methods, with types of their own.
      offer(server as unknown as McpServer, onDeed, template as never)
      return server
    })
    return { handle: (body, headers) => handler.fetch(requestOf(body, headers)), close: () => handler.close() }
  })
}

interface Serving {
  readonly handle: (body: Uint8Array, headers: Readonly<Record<string, string>>) => Promise<Response>
  readonly close: () => Promise<void>
}

async function recording(serve: (onDeed: (deed: Deed) => void) => Promise<Serving>): Promise<RecordingServer> {
  let deeds: Deed[] = []
  const open = () => serve((deed) => deeds.push(deed))
  let served = 0
  let current = await open()
  return {
    async post(body, headers = {}) {
      if (++served % LIFE === 0) {
        await current.close()
        current = await open()
      }
      deeds = []
      await settle(current.handle(body, headers))
      return deeds
    },
  }
}

function offer(server: McpServer, onDeed: (deed: Deed) => void, template: ResourceTemplate): void {
  for (const name of OFFERED.tools) {
    server.registerTool(name, {}, () => {
      onDeed(`tool ${name}`)
      return { content: [] }
    })
  }
  for (const name of OFFERED.prompts) {
    server.registerPrompt(name, {}, () => {
      onDeed(`prompt ${name}`)
      return { messages: [] }
    })
  }
  for (const uri of OFFERED.resources) {
    server.registerResource(uri, uri, {}, () => {
      onDeed(`resource ${uri}`)
      return { contents: [] }
    })
  }
  server.registerResource('b', template, {}, (uri) => {
    onDeed(`resource ${uri.href}`)
    return { contents: [] }
  })
}

function requestOf(body: Uint8Array, headers: Readonly<Record<string, string>>): Request {
  return new Request(ADDRESS, {
    method: 'POST',
    headers: { Accept: 'application/json, text/event-stream', 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(body),
  })
}

/** Waits until nothing is left to be done for it: some requests are never answered. */
async function settle(answer: Promise<Response>): Promise<void> {
  const quiet = async () => {
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  const response = await Promise.race([answer.catch(() => undefined), quiet()])
  await quiet()
  // A stream that is not read would be kept alive.
  await response?.body?.cancel().catch(() => undefined)
}
