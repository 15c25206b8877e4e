import type { Duplex } from 'node:stream'
import type { FastifyError } from 'fastify'
import type { Certificate } from '../config/reading/certificate.ts'
import { createApp } from './app.ts'
import { type DocumentDeps, serveDocuments } from './documents.ts'
import { createNotFound } from './not-found.ts'
import { createVerifyEndpoint, type VerifyDeps } from './verify.ts'
import { buildPlainServer, overHttp1, refuseUnparsable } from './wire/http1.ts'
import { buildSecureServer, type SecureServer } from './wire/tls.ts'

export interface AuthPortDeps extends VerifyDeps, DocumentDeps {
  readonly draining: () => boolean
  /** Something was refused before it became a request. */
  readonly onUnparsable: () => void
  /** A TLS handshake failed, as for a client without a good certificate. */
  readonly onHandshakeFailure: (error: Error) => void
}

/**
 * The auth port: `/verify*` and `/ext_authz/*` on Node's own events, everything else as routes of Fastify. Plain HTTP/1.1, or with a
 * certificate HTTP/2 and HTTP/1.1 over TLS.
 */
export function buildAuthServer(deps: AuthPortDeps, certificate?: Certificate) {
  let secure: SecureServer | undefined
  const notFound = createNotFound(deps)
  const app = createApp(deps.pending, {
    serverFactory: (router) => {
      const verify = createVerifyEndpoint(deps)
      const onRequest = overHttp1(verify, router, deps.draining)
      if (certificate === undefined) return buildPlainServer(onRequest)
      secure = buildSecureServer(certificate, { ...deps, verify, onRequest })
      return secure.server
    },
    // Fastify's own would follow ours and destroy the socket, over TLS before our answer has left.
    clientErrorHandler: refuser(deps),
    // A path that the router cannot decode names nothing here.
    frameworkErrors: (_error, request, reply) => notFound(request, reply),
  })
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
  return {
    app,
    /** For new connections; does nothing if the port is plain. */
    useCertificate: (next: Certificate) => secure?.useCertificate(next),
  }
}

function refuser(deps: AuthPortDeps): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  const refused = new WeakSet<Duplex>()
  return (error, socket) => {
    // Over TLS the rest of a long head comes in records of its own, each an error again, while the answer is on its way.
    if (refused.has(socket)) return
    refused.add(socket)
    refuseUnparsable(error, socket, deps, deps.onUnparsable)
  }
}
