import { once } from 'node:events'
import { type ClientHttp2Session, connect, type SecureClientSessionOptions } from 'node:http2'
import type { RawResponse } from './raw-http.ts'

/** A call as it goes over HTTP/2; pseudo-header fields are made from it, and `Host` becomes `:authority`. */
export interface H2Request {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: string | Buffer
}

/** Opens an HTTP/2 connection; fails where the handshake does. */
export async function openH2(origin: string, options: SecureClientSessionOptions): Promise<ClientHttp2Session> {
  const lenient = { strictSingleValueFields: false, maxSendHeaderBlockLength: 1024 * 1024 }
  const session = connect(origin, { ...options, ...lenient })
  session.on('error', () => {})
  const { promise: refused, reject } = Promise.withResolvers<never>()
  session.once('close', () => reject(new Error('the server closed the connection')))
  // The limits of the server are known with its settings.
  const silence = setTimeout(() => {
    session.destroy()
    reject(new Error('the server says nothing'))
  }, 30_000)
  await Promise.race([once(session, 'remoteSettings'), refused]).finally(() => clearTimeout(silence))
  return session
}

/** Sends one request on this connection; any way of not being answered is an error. */
export function sendH2(session: ClientHttp2Session, request: H2Request): Promise<RawResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>()
  const host = request.headers.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const fields = [':method', request.method, ':scheme', 'https', ':path', request.target]
  if (host !== undefined) fields.push(':authority', host)
  for (const [name, value] of request.headers) {
    // No blanks around a value (RFC 9113 §8.2.1): nghttp2 drops such a field, HTTP/1.1's parser drops the blanks.
    const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, '')
    if (!['host', 'connection', 'http2-settings', 'upgrade'].includes(name.toLowerCase()))
      fields.push(name.toLowerCase(), trimmed)
  }
  // Raw fields, so that one may come twice.
  const stream = session.request(fields, { endStream: request.body === undefined })
  let head: readonly string[] = []
  const chunks: Buffer[] = []
  stream.on('response', (_headers, _flags, rawHeaders: string[]) => {
    head = rawHeaders
  })
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.on('error', reject)
  stream.on('close', () => {
    if (head.length === 0) return reject(new Error(`no answer, reset ${stream.rstCode}`))
    const pairs = head.flatMap((text, at) => (at % 2 === 0 ? [[text, head[at + 1] ?? ''] as const] : []))
    const status = Number(pairs.find(([name]) => name === ':status')?.[1])
    const headers = pairs.filter(([name]) => !name.startsWith(':'))
    resolve({ status, reason: '', headers, body: Buffer.concat(chunks) })
  })
  if (request.body !== undefined) stream.end(request.body)
  return promise
}
