import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import * as v2 from '@modelcontextprotocol/server'

/** Something that a server did for a client: `tool read_pods`. */
export type Deed = string

export interface RecordingServer {
  /** Has a body handled as an HTTP POST with these header fields besides; what the server did because of it. */
  post(body: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<readonly Deed[]>
}

/** What the servers offer; also names that look like one another, or are something to JavaScript. */
export const OFFERED = {
  tools: ['read_pods', 'read_secrets', 'delete_pod', 'Delete_Pod', ' delete_pod', 'café', '=?base64?eA==?='],
  prompts: ['greet', 'admin'],
  resources: ['note://public/a', 'note://secret/a', 'https://files.example.com/public/a'],
} as const

const ADDRESS = 'https://api.example.com/mcp'

/** The official server, release line 1, behind its own HTTP transport with one session that is initialised. */
export async function openServerV1(): Promise<RecordingServer> {
  let deeds: Deed[] = []
  let served = 0
  let current = await session((deed) => deeds.push(deed))
  return {
    async post(body, headers = {}) {
      // Requests with odd ids are never answered and would pile up.
      if (++served % 500 === 0) current = await session((deed) => deeds.push(deed))
      deeds = []
      await settle(current(body, headers))
      return deeds
    },
  }
}

/** The official server, release line 2, which serves revision 2026-07-28 and the older ones; a new one for each request. */
export function openServerV2(): RecordingServer {
  let deeds: Deed[] = []
  const handler = v2.createMcpHandler(() => {
    const server = new v2.McpServer({ name: 'recording', version: '1' })
    offer(
      server as unknown as McpServer,
      (deed) => deeds.push(deed),
      new v2.ResourceTemplate('note://{place}/b{rest}', { list: undefined }) as never,
    )
    return server
  })
  return {
    async post(body, headers = {}) {
      deeds = []
      await settle(handler.fetch(requestOf(body, headers)))
      return deeds
    },
  }
}

async function session(onDeed: (deed: Deed) => void) {
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
  return (body: Uint8Array, headers: Readonly<Record<string, string>>) =>
    transport.handleRequest(requestOf(body, { 'Mcp-Session-Id': 'session', ...headers }))
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

/** Waits for the answer, or until nothing is left to be done for it: some requests are never answered. */
async function settle(answer: Promise<Response>): Promise<void> {
  const quiet = async () => {
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  const read = async () => {
    const response = await answer.catch(() => undefined)
    await response?.text().catch(() => undefined)
  }
  await Promise.race([read().then(quiet), quiet()])
}
