import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { closeNow, listenOnLoopback } from './loopback-server.ts'

/** What the upstream saw of a request, and answers as JSON. */
export interface UpstreamEcho {
  readonly method: string
  readonly url: string
  /** By lower-case name; a name that was sent more than once keeps every value. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** The request's body as text. */
  readonly body: string
}

/** A running upstream. */
export interface Upstream {
  readonly origin: string
  /** Every request that arrived, oldest first, without those for `/health`. */
  readonly seen: readonly UpstreamEcho[]
  stop(): Promise<void>
}

/**
 * Starts the application behind the gate. It answers every request with what it saw of it, `/health` with `ok`, and a
 * path that ends in `/events` with a short event stream. It checks nothing: that is what the gate is for.
 */
export async function startUpstream(): Promise<Upstream> {
  const seen: UpstreamEcho[] = []
  // Room for tokens of 20 KB beside what the gate adds.
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    answer(request, response, seen).catch(() => response.destroy())
  })
  const port = await listenOnLoopback(server)
  return { origin: `http://127.0.0.1:${port}`, seen, stop: () => closeNow(server) }
}

async function answer(request: IncomingMessage, response: ServerResponse, seen: UpstreamEcho[]): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? ''
  if (path === '/health') {
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end('ok')
    return
  }
  if (path.endsWith('/events')) {
    seen.push(echo(request, ''))
    streamEvents(response)
    return
  }
  const heard = echo(request, await text(request))
  seen.push(heard)
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(heard, undefined, 2)}\n`)
}

function echo(request: IncomingMessage, body: string): UpstreamEcho {
  const headers: Record<string, string | readonly string[]> = {}
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values !== undefined) headers[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  return { method: request.method ?? '', url: request.url ?? '', headers, body }
}

function streamEvents(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  let sent = 0
  const timer = setInterval(() => {
    sent += 1
    response.write(`id: ${sent}\ndata: ${new Date().toISOString()}\n\n`)
    if (sent === 3) response.end()
  }, 100)
  response.on('close', () => clearInterval(timer))
}
