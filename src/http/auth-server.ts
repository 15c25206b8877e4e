import { createServer, type Server } from 'node:http'
import { type FastifyInstance, fastify } from 'fastify'
import { answerMetadata, type MetadataPorts } from './metadata-endpoint.ts'
import { refuseUnparsable } from './parser-refusal.ts'
import { createVerifyEndpoint, isVerifyTarget, type NodeHandler, type VerifyPorts } from './verify-endpoint.ts'

export interface AuthServerPorts extends VerifyPorts, MetadataPorts {
  /** Something was refused before it became a request. */
  readonly onUnparsable: () => void
}

/** Entra and Keycloak tokens of users in many groups reach 20 KB; Node's default of 16 KiB answers them with 431. */
const LARGEST_HEADER = 64 * 1024
/** Traefik closes idle connections after 90 s; whoever closes first must not be us, or a request gets lost in the race. */
const KEEP_ALIVE_MS = 120_000
/** For connections that send nothing or a byte at a time. Idle ones between requests are not meant. */
const HEADERS_MS = 15_000

/** The auth port: `/verify*` on Node's own request event, everything else through Fastify. */
export function buildAuthServer(ports: AuthServerPorts): FastifyInstance {
  const verify = createVerifyEndpoint(ports)
  const app = fastify({
    // Drain goes on answering: 503 would make proxies refuse good requests (facts of Fastify's default).
    return503OnClosing: false,
    exposeHeadRoutes: false,
    serverFactory: (handler) => buildServer(verify, handler, ports),
    frameworkErrors: (_error, request, reply) => answerMetadata(request, reply, ports),
    ...{ routerOptions: { maxParamLength: 1000 } },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('onRequest', async (request, reply) => {
    if (ports.draining()) reply.header('Connection', 'close')
    // In a hook and not in a handler: bodies and content types are never looked at.
    return answerMetadata(request, reply, ports)
  })
  return app
}

function buildServer(verify: NodeHandler, other: NodeHandler, ports: AuthServerPorts): Server {
  const route: NodeHandler = (request, response) =>
    isVerifyTarget(request.url ?? '') ? verify(request, response) : other(request, response)
  const server = createServer(
    {
      maxHeaderSize: LARGEST_HEADER,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: 2 * HEADERS_MS,
      connectionsCheckingInterval: 5_000,
    },
    route,
  )
  // Node's default of 2,000 answers 431, and a lower one would hide an Authorization behind 1,000 small headers.
  server.maxHeadersCount = 0
  // Without this, Node answers an unknown `Expect` with 417.
  server.on('checkExpectation', route)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    refuseUnparsable(error, socket as Parameters<typeof refuseUnparsable>[1], ports, ports.onUnparsable),
  )
  return server
}
