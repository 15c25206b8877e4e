import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { findMetadata, type MetadataIndex } from '../documents/protected-resource.ts'
import { findRegistration, registrationState, serverMetadata } from '../documents/registration.ts'
import { allowEveryOrigin, type NotFound, type NotFoundDeps } from './not-found.ts'
import { hostOf, type RegistrationDeps, serveRegistration } from './registration.ts'

export interface DocumentDeps extends NotFoundDeps, RegistrationDeps {
  readonly metadata: () => MetadataIndex
}

/**
 * Serves what clients fetch below `/.well-known/`: the RFC 9728 document of the resource with exactly this host and path,
 * and the RFC 8414 document of an issuer with a `registration`, which leads to that. Never fetches anything, so it answers
 * while an issuer is down.
 */
export function serveDocuments(app: FastifyInstance, deps: DocumentDeps, notFound: NotFound): void {
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    answerServerMetadata(request, reply, deps) ?? answerMetadata(request, reply, deps) ?? notFound(request, reply)
  // A wildcard, as Fastify's router decodes a path before it compares; ours are compared as they were sent.
  app.get('/.well-known/*', answer)
  app.options('/.well-known/*', answer)
  serveRegistration(app, deps, notFound)
}

function answerMetadata(request: FastifyRequest, reply: FastifyReply, deps: DocumentDeps): FastifyReply | undefined {
  const found = findMetadata(deps.metadata(), hostOf(request.raw.rawHeaders), request.raw.url ?? '')
  if (found === undefined) return undefined
  deps.onMetadataRequest(found.route.name)
  allowEveryOrigin(request.method, reply, 'GET, HEAD').header('Cache-Control', 'max-age=300')
  if (request.method === 'OPTIONS') return reply.code(204).send()
  return reply.type('application/json').send(found.body())
}

function answerServerMetadata(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: DocumentDeps,
): FastifyReply | undefined {
  const found = findRegistration(deps.registrations(), hostOf(request.raw.rawHeaders), request.raw.url ?? '')
  if (found?.kind !== 'metadata') return undefined
  const state = registrationState(deps.findDocument(found.place.issuer))
  if (state.kind === 'refused') return undefined
  allowEveryOrigin(request.method, reply, 'GET, HEAD')
  if (request.method === 'OPTIONS') return reply.code(204).send()
  if (state.kind === 'waiting') {
    // The issuer was never there: it is asked again and again in the background.
    reply.code(503).header('Cache-Control', 'no-store').header('Retry-After', '5')
    return reply.type('application/json').send('{"error":"temporarily_unavailable"}')
  }
  reply.header('Cache-Control', 'max-age=300').type('application/json')
  return reply.send(JSON.stringify(serverMetadata(found.place, state.document)))
}
