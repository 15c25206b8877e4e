import type { Socket } from 'node:net'
import { type AnswerOptions, denialAnswer } from '../../decision/answer.ts'

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
  socket: Socket,
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
