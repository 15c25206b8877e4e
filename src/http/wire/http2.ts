import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { Answer } from '../../decision/answer.ts'
import { dialectOf } from '../dialects/dialect.ts'
import type { VerifyEndpoint } from '../verify.ts'
import { readCallBody } from './body.ts'
import type { Sessions } from './http2-sessions.ts'

/** Takes a stream; false leaves it to the handler of (request, response). */
export type StreamHandler = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
  sessions: Sessions,
) => boolean

/**
 * Carries HTTP/2 streams to the endpoint, on Node's core API. No `Connection` header, which RFC 9113 §8.2.2 forbids: while
 * draining, the connection is ended instead.
 */
export function overHttp2(verify: VerifyEndpoint): StreamHandler {
  return (stream, headers, rawHeaders, sessions) => {
    const target = headers[':path'] ?? ''
    const dialect = dialectOf(target)
    if (dialect === undefined) return false
    const reply = (answer: Answer): void => {
      // A stream that was reset has no connection any more, and no reader.
      if (stream.session !== undefined) sessions.beforeEnd(stream.session, () => send(stream, answer))
    }
    const call = {
      dialect,
      method: headers[':method'] ?? '',
      target,
      rawHeaders: withHost(headers, withoutPseudo(rawHeaders)),
    }
    verify(call, reply, (limit) => readCallBody(stream, limit))
    return true
  }
}

function send(stream: ServerHttp2Stream, { status, headers, body }: Answer): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return
  // Of a body that was not read to its end no more may come, and Node closes only streams that were not read.
  if (stream.readableFlowing !== null && !stream.readableEnded) stream.once('finish', () => stream.close())
  const fields = [':status', String(status), ...headers]
  stream.respond(fields, { endStream: body === '' })
  // Of a HEAD request, Node has ended it already.
  if (!stream.writableEnded) stream.end(body)
}

/** The authority is what HTTP/1.1 calls Host (RFC 9113 §8.3.1); a Host field beside it makes two. */
function withHost(headers: IncomingHttpHeaders, rawHeaders: readonly string[]): readonly string[] {
  const authority = headers[':authority']
  return authority === undefined ? rawHeaders : ['Host', authority, ...rawHeaders]
}

/** Pseudo-header fields come first (RFC 9113 §8.3); nghttp2 refuses others. */
function withoutPseudo(rawHeaders: readonly string[]): readonly string[] {
  let at = 0
  while (rawHeaders[at]?.startsWith(':') === true) at += 2
  return rawHeaders.slice(at)
}
