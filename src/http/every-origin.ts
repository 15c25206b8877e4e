import type { FastifyReply } from 'fastify'

/** Browser clients send MCP-Protocol-Version along, so even a public document has a preflight. `methods`: those beside OPTIONS. */
export function allowEveryOrigin(method: string, reply: FastifyReply, methods: string): FastifyReply {
  reply.header('Access-Control-Allow-Origin', '*')
  if (method !== 'OPTIONS') return reply
  reply.header('Access-Control-Allow-Methods', `${methods}, OPTIONS`)
  return reply.header('Access-Control-Allow-Headers', 'MCP-Protocol-Version, Authorization, Content-Type')
}
