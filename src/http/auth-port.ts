import { createServer, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type FastifyInstance, fastify } from 'fastify'
import type { Certificate } from '../config/reading/certificate.ts'
import { dialectOf } from './dialects/dialect.ts'
import { answerMetadata, type MetadataDeps } from './metadata-endpoint.ts'
import { NO_SCHEMAS } from './no-schemas.ts'
import { answerRegistration, type RegistrationDeps } from './registration-endpoint.ts'
import { createVerifyEndpoint, type VerifyDeps } from './verify.ts'
import { CallMessage } from './wire/lean-message.ts'
import { MAX_HEADER_BYTES, TIMEOUTS } from './wire/limits.ts'
import { refuseUnparsable } from './wire/parser-refusal.ts'
import { countRequests } from './wire/requests-in-flight.ts'
import { buildSecureServer, type SecureServer } from './wire/tls.ts'
import { type NodeHandler, overHttp1, overHttp2, type TransportDeps } from './wire/verify-transport.ts'

export interface AuthPortDeps extends VerifyDeps, MetadataDeps, RegistrationDeps, TransportDeps {
  /** Something was refused before it became a request. */
  readonly onUnparsable: () => void
  /** A TLS handshake failed, as for a client without a good certificate. */
  readonly onHandshakeFailure: (error: Error) => void
}

export interface AuthServer {
  readonly app: FastifyInstance
  /** For the connections to come; nothing where the port is plain. */
  useCertificate(certificate: Certificate): void
}

/**
 * The auth port: `/verify*` on Node's own events, everything else through Fastify. Plain HTTP/1.1, or with a certificate
 * HTTP/2 and HTTP/1.1 over TLS.
 */
export function buildAuthServer(ports: AuthPortDeps, certificate?: Certificate): AuthServer {
  let secure: SecureServer | undefined
  const app = fastify({
    ...NO_SCHEMAS,
    // While draining, Fastify would answer 503 and so make proxies refuse good requests.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    serverFactory: (other) => {
      if (certificate === undefined) return buildPlainServer(other, ports)
      secure = secureServer(other, ports, certificate)
      return secure.server
    },
    // Fastify's own would follow ours and destroy the socket, over TLS before our answer has left.
    clientErrorHandler: refuser(ports),
    frameworkErrors: (_error, request, reply) => answerMetadata(request, reply, ports),
    ...{ routerOptions: { maxParamLength: 1000 } },
  })
  countRequests(app, ports.pending)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('onRequest', async (request, reply) => {
    // HTTP/2 has no such field (RFC 9113 §8.2.2); its connections end by GOAWAY.
    if (ports.draining() && request.raw.httpVersionMajor === 1) reply.header('Connection', 'close')
    // In a hook and not in a handler: bodies and content types are never looked at.
    return (await answerRegistration(request, reply, ports)) ?? answerMetadata(request, reply, ports)
  })
  return { app, useCertificate: (next) => secure?.useCertificate(next) }
}

function buildPlainServer(other: NodeHandler, ports: AuthPortDeps): Server {
  const onRequest = routeRequests(other, ports)
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

function secureServer(other: NodeHandler, ports: AuthPortDeps, certificate: Certificate): SecureServer {
  return buildSecureServer(certificate, {
    draining: ports.draining,
    onStream: overHttp2(createVerifyEndpoint(ports)),
    onRequest: routeRequests(other, ports),
    onHandshakeFailure: ports.onHandshakeFailure,
  })
}

function routeRequests(other: NodeHandler, ports: AuthPortDeps): NodeHandler {
  const verify = overHttp1(createVerifyEndpoint(ports), ports)
  return (request, response) => {
    const dialect = dialectOf(request.url ?? '')
    if (dialect === undefined) other(request, response)
    else verify(dialect, request, response)
  }
}

function refuser(ports: AuthPortDeps): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  const refused = new WeakSet<Duplex>()
  return (error, socket) => {
    // Over TLS the rest of a long head comes in records of its own, each an error again, while the answer is on its way.
    if (refused.has(socket)) return
    refused.add(socket)
    refuseUnparsable(error, socket as Parameters<typeof refuseUnparsable>[1], ports, ports.onUnparsable)
  }
}
