import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Answer } from '../../decision/answer.ts'
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
