import type { FastifyReply, FastifyRequest } from 'fastify'
import { findMetadata, type MetadataIndex } from '../decision/protected-resource.ts'

export interface MetadataPorts {
  readonly metadata: () => MetadataIndex
  readonly onMetadataRequest: (route: string | undefined) => void
}

const ANSWERED: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Everything that is not `/verify`: the RFC 9728 document of the resource with exactly this host and path, and a clean
 * 404 in JSON for the other well-known URLs that clients probe. Depends on configuration only, so it answers while an
 * issuer is down; never a 401, a redirect or a page that a client could take for metadata.
 */
export function answerMetadata(request: FastifyRequest, reply: FastifyReply, ports: MetadataPorts): FastifyReply {
  const target = request.raw.url ?? ''
  if (target.startsWith('/.well-known/')) allowEveryOrigin(request.method, reply)
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
  return reply.type('application/json').send(found.body)
}

/** Browser clients send MCP-Protocol-Version along, so even this public document has a preflight. */
function allowEveryOrigin(method: string, reply: FastifyReply): void {
  reply.header('Access-Control-Allow-Origin', '*')
  if (method !== 'OPTIONS') return
  reply.header('Access-Control-Allow-Methods', 'GET, HEAD, OPTIONS')
  reply.header('Access-Control-Allow-Headers', 'MCP-Protocol-Version, Authorization, Content-Type')
}

/** X-Forwarded-Host where there is exactly one, else Host. It only chooses among configured documents, and is never shown. */
function hostOf(rawHeaders: readonly string[]): string {
  const values = (wanted: string) =>
    rawHeaders.flatMap((name, at) => (at % 2 === 0 && name.toLowerCase() === wanted ? [rawHeaders[at + 1] ?? ''] : []))
  const [forwarded, ...more] = values('x-forwarded-host')
  if (forwarded !== undefined && more.length === 0) return forwarded
  // HTTP/2 names the host in a pseudo-header field, which goes before Host (RFC 9113 §8.3.1).
  return values(':authority')[0] ?? values('host')[0] ?? ''
}
