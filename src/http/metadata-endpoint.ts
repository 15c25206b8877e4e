import type { FastifyReply, FastifyRequest } from 'fastify'
import { findMetadata, type MetadataIndex } from '../documents/protected-resource.ts'
import { hostOf } from './request-host.ts'

export interface MetadataDeps {
  readonly metadata: () => MetadataIndex
  readonly onMetadataRequest: (route: string | undefined) => void
}

const ANSWERED: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Everything that is not `/verify`: the RFC 9728 document of the resource with exactly this host and path, and a clean
 * 404 in JSON for the other well-known URLs that clients probe. Never fetches anything, so it answers while an issuer is
 * down; never a 401, a redirect or a page that a client could take for metadata.
 */
export function answerMetadata(request: FastifyRequest, reply: FastifyReply, ports: MetadataDeps): FastifyReply {
  const target = request.raw.url ?? ''
  if (target.startsWith('/.well-known/')) allowEveryOrigin(request.method, reply, 'GET, HEAD')
  const found = ANSWERED.has(request.method)
    ? findMetadata(ports.metadata(), hostOf(request.raw.rawHeaders), target)
    : undefined
  if (target.startsWith('/.well-known/oauth-protected-resource')) ports.onMetadataRequest(found?.route.name)
  if (found === undefined) {
    return reply.code(404).header('Cache-Control', 'no-store').type('application/json').send('{"error":"not_found"}')
  }
  reply.header('Cache-Control', 'max-age=300')
  if (request.method === 'OPTIONS') {
    return reply.code(204).send()
  }
  return reply.type('application/json').send(found.body())
}

/** Browser clients send MCP-Protocol-Version along, so even a public document has a preflight. `methods`: besides OPTIONS. */
export function allowEveryOrigin(method: string, reply: FastifyReply, methods: string): void {
  reply.header('Access-Control-Allow-Origin', '*')
  if (method !== 'OPTIONS') return
  reply.header('Access-Control-Allow-Methods', `${methods}, OPTIONS`)
  reply.header('Access-Control-Allow-Headers', 'MCP-Protocol-Version, Authorization, Content-Type')
}
