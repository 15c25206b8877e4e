import type { Duplex } from 'node:stream'
import { type FastifyError, type FastifyInstance, fastify } from 'fastify'
import type { Certificate } from '../config/reading/certificate.ts'
import { type DocumentDeps, serveDocuments } from './documents.ts'
import { NO_SCHEMAS } from './no-schemas.ts'
import { createNotFound } from './not-found.ts'
import { type RegistrationDeps, serveRegistration } from './registration.ts'
import { createVerifyEndpoint, type VerifyDeps } from './verify.ts'
import { buildPlainServer, type NodeHandler, overHttp1 } from './wire/http1.ts'
import { overHttp2 } from './wire/http2.ts'
import { refuseUnparsable } from './wire/parser-refusal.ts'
import { countRequests } from './wire/requests-in-flight.ts'
import { buildSecureServer, type SecureServer } from './wire/tls.ts'

export interface AuthPortDeps extends VerifyDeps, DocumentDeps, RegistrationDeps {
  readonly draining: () => boolean
  /** Something was refused before it became a request. */
  readonly onUnparsable: () => void
  /** A TLS handshake failed, as for a client without a good certificate. */
  readonly onHandshakeFailure: (error: Error) => void
}

export interface AuthServer {
  readonly app: FastifyInstance
  /** For new connections; does nothing if the port is plain. */
  useCertificate(certificate: Certificate): void
}

/**
 * The auth port: `/verify*` and `/ext_authz/*` on Node's own events, everything else as routes of Fastify. Plain HTTP/1.1, or with a
 * certificate HTTP/2 and HTTP/1.1 over TLS.
 */
export function buildAuthServer(deps: AuthPortDeps, certificate?: Certificate): AuthServer {
  let secure: SecureServer | undefined
  const notFound = createNotFound(deps)
  const app = fastify({
    ...NO_SCHEMAS,
    // While draining, Fastify would answer 503 and so make proxies refuse good requests.
    return503OnClosing: false,
    serverFactory: (router) => {
      const onRequest = overHttp1(createVerifyEndpoint(deps), router, deps.draining)
      if (certificate === undefined) return buildPlainServer(onRequest)
      secure = secureServer(onRequest, deps, certificate)
      return secure.server
    },
    // Fastify's own would follow ours and destroy the socket, over TLS before our answer has left.
    clientErrorHandler: refuser(deps),
    // A path that the router cannot decode names nothing here.
    frameworkErrors: (_error, request, reply) => notFound(request, reply),
  })
  countRequests(app, deps.pending)
  app.addHook('onRequest', async (request, reply) => {
    // HTTP/2 has no such field (RFC 9113 §8.2.2); its connections end by GOAWAY.
    if (deps.draining() && request.raw.httpVersionMajor === 1) reply.header('Connection', 'close')
  })
  app.setNotFoundHandler(notFound)
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    // What Fastify itself objects to, as a content type, is in requests for something that is not here.
    if (error.statusCode !== undefined && error.statusCode < 500) return notFound(request, reply)
    deps.onBug(error)
    return reply.code(500).header('Cache-Control', 'no-store').type('application/json').send('{"error":"server_error"}')
  })
  serveDocuments(app, deps, notFound)
  serveRegistration(app, deps, notFound)
  return { app, useCertificate: (next) => secure?.useCertificate(next) }
}

function secureServer(onRequest: NodeHandler, deps: AuthPortDeps, certificate: Certificate): SecureServer {
  return buildSecureServer(certificate, {
    draining: deps.draining,
    onStream: overHttp2(createVerifyEndpoint(deps)),
    onRequest,
    onHandshakeFailure: deps.onHandshakeFailure,
  })
}

function refuser(deps: AuthPortDeps): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  const refused = new WeakSet<Duplex>()
  return (error, socket) => {
    // Over TLS the rest of a long head comes in records of its own, each an error again, while the answer is on its way.
    if (refused.has(socket)) return
    refused.add(socket)
    refuseUnparsable(error, socket as Parameters<typeof refuseUnparsable>[1], deps, deps.onUnparsable)
  }
}
