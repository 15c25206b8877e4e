import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Answer, type AnswerOptions, denialAnswer } from '../../decision/answer.ts'
import { dialectOf } from '../dialects/dialect.ts'
import type { VerifyEndpoint } from '../verify.ts'
import { readCallBody } from './body.ts'
import { CallMessage } from './lean-message.ts'
import { MAX_HEADER_BYTES, TIMEOUTS } from './limits.ts'

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Carries the HTTP/1.1 requests that speak a dialect to the endpoint, and leaves the rest to `other`. While draining, an
 * answer is the only place to announce to a proxy's pool that this connection ends; it also does if a body was not read
 * to its end, or was too large.
 */
export function overHttp1(verify: VerifyEndpoint, other: NodeHandler, draining: () => boolean): NodeHandler {
  return (request, response) => {
    const { method = '', url: target = '', rawHeaders } = request
    const dialect = dialectOf(target)
    if (dialect === undefined) return other(request, response)
    let unread = false
    const reply = ({ status, headers, body }: Answer): void => {
      if (response.headersSent) return void response.destroy()
      response.writeHead(status, unread || draining() ? [...headers, 'Connection', 'close'] : (headers as string[]))
      response.end(body)
    }
    verify({ dialect, method, target, rawHeaders }, reply, async (limit) => {
      const reading = await readCallBody(request, limit)
      unread = !reading.ok
      return reading
    })
  }
}

/** A plain HTTP/1.1 server that hands over every request that it can parse. */
export function buildPlainServer(onRequest: NodeHandler): Server {
  const server = createServer(
    { ...TIMEOUTS, maxHeaderSize: MAX_HEADER_BYTES, IncomingMessage: CallMessage, optimizeEmptyRequests: true },
    onRequest,
  )
  // Node's default of 2,000 answers 431, and a lower one would hide an Authorization behind 1,000 small headers.
  server.maxHeadersCount = 0
  // Without this, Node answers an unknown `Expect` with 417.
  server.on('checkExpectation', onRequest)
  return server
}

/** Status line for what Node's HTTP parser refuses by itself. */
const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Time for the answer to be read, in milliseconds. */
const LINGER_MS = 1000

/**
 * Answers what never becomes a request (bad syntax, too large, too slow) with our JSON in place of Node's bare text,
 * and closes the connection. `onRefusal` counts it; nothing of what was sent is reported.
 */
export function refuseUnparsable(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  options: AnswerOptions,
  onRefusal: () => void,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  onRefusal()
  const { headers, body } = denialAnswer('forwarded_request_invalid', options)
  const lines = [`HTTP/1.1 ${STATUS_LINES[error.code ?? ''] ?? '400 Bad Request'}`]
  for (let at = 0; at < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`)
  socket.end(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`)
  // A client that goes on sending must not keep the connection.
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}
