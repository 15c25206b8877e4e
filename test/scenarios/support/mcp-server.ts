import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { z } from 'zod'
import { authInfo } from '../../../examples/backends/typescript-sdk/identity.ts'
import { closeNow, listenOnLoopback } from '../../../lab/loopback-server.ts'

/** What reached a server behind the gate. */
export interface Arrival {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
}

/** A running MCP server. */
export interface RunningMcpServer {
  readonly origin: string
  /** Every request that got through, oldest first. */
  readonly arrivals: readonly Arrival[]
  /** How many messages got through. Streams are not counted: clients open them when they find the time. */
  messages(): number
  /** Says something on the stream that each client keeps open (GET). */
  announce(text: string): Promise<void>
  stop(): Promise<void>
}

/** How the server differs from the SDK's own. */
export interface McpServerOptions {
  readonly name: string
  /** Answers a path itself; true when it did. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>
  /**
   * True: like many servers written by hand, it answers clients that send no `Accept` and an `initialize` without
   * parameters too, in plain JSON and without a session. The SDK refuses both.
   */
  readonly lenient?: boolean
}

/**
 * Starts an MCP server of the official SDK (streamable HTTP) on every path but `/health`. Tools: `whoami` says the
 * caller's AuthInfo, made from identity headers as the example for backends shows; `count` sends one progress
 * notification a tick. It checks nothing: that is what the gate is for.
 */
export async function startMcpServer(options: McpServerOptions): Promise<RunningMcpServer> {
  const arrivals: Arrival[] = []
  const sessions = new Map<string, Session>()
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    arrivals.push({ method, url, headers })
    if (url.split('?')[0]?.endsWith('/health')) {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"status":"healthy"}')
      return
    }
    if ((await options.before?.(request, response)) === true) return
    if (options.lenient === true && method === 'POST') return answerLeniently(options.name, request, response)
    const known = sessions.get(String(headers['mcp-session-id']))
    const session = known ?? (await openSession(options.name, sessions))
    await session.transport.handleRequest(Object.assign(request, { auth: authInfo(request) }), response)
  }

  const port = await listenOnLoopback(server)
  return {
    origin: `http://127.0.0.1:${port}`,
    arrivals,
    messages: () => arrivals.filter(({ method }) => method === 'POST').length,
    announce: async (text) => {
      for (const { mcp } of sessions.values()) await mcp.server.sendLoggingMessage({ level: 'info', data: text })
    },
    stop: () => closeNow(server),
  }
}

interface Session {
  readonly mcp: McpServer
  readonly transport: StreamableHTTPServerTransport
}

async function openSession(name: string, sessions: Map<string, Session>): Promise<Session> {
  const mcp = createMcp(name)
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => {
      sessions.set(id, { mcp, transport })
    },
    onsessionclosed: (id) => {
      sessions.delete(id)
    },
  })
  await mcp.connect(transport)
  return { mcp, transport }
}

async function answerLeniently(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await json(request)) as { readonly method?: unknown; readonly params?: unknown }
  const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'unknown', version: '0' } }
  const complete = body.method === 'initialize' && body.params === undefined ? { ...body, params } : body
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  const mcp = createMcp(name)
  await mcp.connect(transport)
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }
  const answer = await transport.handleRequest(new Request('http://127.0.0.1/', { method: 'POST', headers }), {
    parsedBody: complete,
    authInfo: authInfo(request),
  })
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
}

function createMcp(name: string): McpServer {
  const mcp = new McpServer({ name, version: '1.0.0' }, { capabilities: { logging: {} } })
  mcp.registerTool('whoami', { description: 'Says who calls', inputSchema: {} }, (_arguments, extra) => ({
    content: [{ type: 'text', text: JSON.stringify(extra.authInfo) }],
  }))
  const ticks = { ticks: z.number(), pause: z.number() }
  mcp.registerTool('count', { description: 'Counts slowly', inputSchema: ticks }, async ({ ticks, pause }, extra) => {
    for (let progress = 1; progress <= ticks; progress += 1) {
      await sleep(pause)
      const progressToken = extra._meta?.progressToken ?? 0
      await extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: ticks },
      })
    }
    return { content: [{ type: 'text', text: `counted to ${ticks}` }] }
  })
  return mcp
}
