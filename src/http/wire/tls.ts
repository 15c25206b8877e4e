import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import type { Certificate } from '../../config/reading/certificate.ts'
import type { VerifyEndpoint } from '../verify.ts'
import { overHttp2 } from './http2.ts'
import { createSessions, type Sessions } from './http2-sessions.ts'
import { MAX_HEADER_BYTES, TIMEOUTS } from './limits.ts'

export interface TlsDeps {
  readonly draining: () => boolean
  /** Gets the HTTP/2 streams that speak a dialect. */
  readonly verify: VerifyEndpoint
  /** HTTP/1.1 requests, and the other streams. */
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void
  /** A handshake failed, as for a client without a good certificate. */
  readonly onHandshakeFailure: (error: Error) => void
}

export interface SecureServer {
  /** What Fastify and a gentle end need of a server. */
  readonly server: Server
  /** New connections use it; open ones keep theirs. Other client authorities end them, gently. */
  useCertificate(certificate: Certificate): void
}

/** More than Traefik has under way at one moment; beyond it, Go opens another connection. */
const MAX_STREAMS = 1000
/** Node refuses more than 128 pairs: an Authorization could hide behind small headers of the client. */
const MAX_HEADERS = 5000
/** Bytes of one head that no proxy relays: Traefik itself refuses more. */
const MAX_HEADER_BLOCK_BYTES = 1024 * 1024
/** What the headers of one connection's streams may take together; Node's default is 10. */
const MAX_SESSION_MEMORY_MB = 64

/**
 * TLS with HTTP/2 first and HTTP/1.1 second (ALPN, RFC 7301); a client that offers neither fails in its handshake. With
 * client authorities, so does one without a certificate of theirs. Node and nghttp2 bound what one connection can cause:
 * resets (CVE-2023-44487), CONTINUATION (CVE-2024-28182), settings, pings, refused streams; nothing of that is loosened.
 */
export function buildSecureServer(certificate: Certificate, deps: TlsDeps): SecureServer {
  const sockets = new Set<Duplex>()
  const sessions = createSessions({ draining: deps.draining, random: Math.random })
  let { clientCa } = certificate
  const server = createSecureServer({
    ...contextOf(certificate),
    requestCert: clientCa !== undefined,
    rejectUnauthorized: clientCa !== undefined,
    allowHTTP1: true,
    handshakeTimeout: TIMEOUTS.headersTimeout,
    maxHeaderListPairs: MAX_HEADERS,
    maxSessionMemory: MAX_SESSION_MEMORY_MB,
    settings: {
      // Go sends nothing that counts as more (RFC 9113 §6.5.2: 32 bytes more for each field). It must stay at 64 KiB:
      // past that, one field of one client has nghttp2 end the connection that carries the calls of every client.
      maxHeaderListSize: MAX_HEADER_BYTES,
      maxConcurrentStreams: MAX_STREAMS,
      enablePush: false,
    },
    // For HTTP/1.1; the types know only some of it.
    ...{ maxHeaderSize: MAX_HEADER_BYTES, ...TIMEOUTS, noDelay: true },
  })
  // Node reads this if it takes a connection as HTTP/1.1; see the plain server.
  Object.assign(server, { maxHeadersCount: 0 })
  listenToStreams(server, deps, sessions)
  server.on('connection', (socket: Duplex) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('session', sessions.add)
  const closable = withCloseAll(server, sockets)
  return {
    server: closable,
    useCertificate(next) {
      // A new context has new ticket keys: no session is resumed past a client authority that is gone.
      server.setSecureContext(contextOf(next))
      const changed = !sameBytes(clientCa, next.clientCa)
      clientCa = next.clientCa
      if (!changed) return
      closable.closeIdleConnections()
      sessions.endAll()
    },
  }
}

/**
 * Node's compatibility layer builds a request and a response for every stream; it is asked only for those that
 * the endpoint leaves, and comes with the first listener for `request`.
 */
function listenToStreams(server: Http2SecureServer, deps: TlsDeps, sessions: Sessions): void {
  server.on('request', deps.onRequest as never)
  server.on('checkExpectation', deps.onRequest as never)
  const compatibility = server.listeners('stream')
  server.removeAllListeners('stream')
  const onStream = overHttp2(deps.verify)
  server.on(
    'stream',
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, rawHeaders: string[]) => {
      // A client that resets its stream is not our error.
      stream.on('error', () => {})
      if (refuseLargeHead(stream, rawHeaders)) return
      if (onStream(stream, headers, rawHeaders, sessions)) return
      for (const listener of compatibility) Reflect.apply(listener, server, [stream, headers, flags, rawHeaders])
    },
  )
  // Before Node's own listener, which would have the failure answered in plain text.
  server.removeAllListeners('tlsClientError')
  server.on('tlsClientError', (error: Error, socket: Duplex) => {
    deps.onHandshakeFailure(error)
    socket.destroy()
  })
}

/**
 * nghttp2 holds a peer to our settings from its acknowledgement on. One that never sends it can make a kilobyte of indexed
 * fields unpack to megabytes (HPACK bomb, CVE-2016-1544), again and again: its connection ends with the first. A peer that
 * only was faster than our settings loses its stream, as it would a moment later.
 */
function refuseLargeHead(stream: ServerHttp2Stream, rawHeaders: readonly string[]): boolean {
  let size = 0
  // As RFC 9113 §6.5.2 counts: 32 bytes more for each field.
  for (const text of rawHeaders) size += text.length + 16
  if (size <= MAX_HEADER_BYTES) return false
  if (size > MAX_HEADER_BLOCK_BYTES) stream.session?.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  else stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
  return true
}

/** Node gives an HTTP/2 server `closeIdleConnections` for its HTTP/1.1 clients, but not this. */
function withCloseAll(server: Http2SecureServer, sockets: ReadonlySet<Duplex>): Server {
  const closeAllConnections = () => {
    for (const socket of sockets) socket.destroy()
  }
  return Object.assign(server, { closeAllConnections }) as unknown as Server
}

function contextOf({ cert, key, clientCa }: Certificate) {
  return { cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) }
}

function sameBytes(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b)
}
