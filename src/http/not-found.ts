import type { FastifyReply, FastifyRequest } from 'fastify'

/** Answers a request for something that is not here. */
export type NotFound = (request: FastifyRequest, reply: FastifyReply) => FastifyReply

export interface NotFoundDeps {
  /** A document of protected-resource metadata was asked for; `route` is undefined for none. */
  readonly onMetadataRequest: (route: string | undefined) => void
}

/**
 * A 404 in JSON for all that clients probe: never a 401, a redirect or a page that a client could take for metadata. Below
 * `/.well-known/` a page of any origin may read it.
 */
export function createNotFound({ onMetadataRequest }: NotFoundDeps): NotFound {
  return (request, reply) => {
    const target = request.raw.url ?? ''
    if (target.startsWith('/.well-known/')) allowEveryOrigin(request.method, reply, 'GET, HEAD')
    if (target.startsWith('/.well-known/oauth-protected-resource')) onMetadataRequest(undefined)
    return sendNotFound(reply.header('Cache-Control', 'no-store'))
  }
}

/** The bare 404. */
export function sendNotFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('application/json').send('{"error":"not_found"}')
}

/** Browser clients send MCP-Protocol-Version along, so even a public document has a preflight. `methods`: those beside OPTIONS. */
export function allowEveryOrigin(method: string, reply: FastifyReply, methods: string): FastifyReply {
  reply.header('Access-Control-Allow-Origin', '*')
  if (method !== 'OPTIONS') return reply
  reply.header('Access-Control-Allow-Methods', `${methods}, OPTIONS`)
  return reply.header('Access-Control-Allow-Headers', 'MCP-Protocol-Version, Authorization, Content-Type')
}
