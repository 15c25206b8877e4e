import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OneClient } from '../config/model.ts'
import { type RegistrationAnswer, refuse, registerClient } from '../documents/client-registration.ts'
import {
  type FindServerDocument,
  findRegistration,
  type RegistrationIndex,
  registrationState,
  serverMetadata,
} from '../documents/registration.ts'
import { allowEveryOrigin } from './metadata-endpoint.ts'
import { hostOf } from './request-host.ts'
import { readBody } from './wire/body.ts'

export interface RegistrationDeps {
  readonly registrations: () => RegistrationIndex
  readonly findDocument: FindServerDocument
}

/** Far above any client's metadata. */
const MAX_BODY_BYTES = 16 * 1024
/** For the answer to be read while more comes, in milliseconds. */
const LINGER_MS = 1_000

/**
 * For issuers with a `registration`: their authorization-server metadata under an identifier of ours (RFC 8414), and the
 * registration of clients (RFC 7591). undefined: the request is for something else. Nothing that passes here is secret,
 * and nothing is kept.
 */
export async function answerRegistration(
  request: FastifyRequest,
  reply: FastifyReply,
  ports: RegistrationDeps,
): Promise<FastifyReply | undefined> {
  const index = ports.registrations()
  if (index.size === 0) return undefined
  const found = findRegistration(index, hostOf(request.raw.rawHeaders), request.raw.url ?? '')
  if (found === undefined) return undefined
  const state = registrationState(ports.findDocument(found.place.issuer))
  if (state.kind === 'refused') return undefined
  switch (found.kind) {
    case 'metadata':
      if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return undefined
      allowEveryOrigin(request.method, reply, 'GET, HEAD')
      if (request.method === 'OPTIONS') return reply.code(204).send()
      if (state.kind === 'waiting') return comeBack(reply)
      return send(reply.header('Cache-Control', 'max-age=300'), 200, serverMetadata(found.place, state.document))
    case 'register': {
      if (!['POST', 'OPTIONS'].includes(request.method)) return undefined
      allowEveryOrigin(request.method, reply, 'POST')
      if (request.method === 'OPTIONS') return reply.code(204).send()
      const { status, body } = await register(found.client, request, reply)
      return send(reply.header('Cache-Control', 'no-store'), status, body)
    }
  }
}

/** The issuer was never there: it is asked again and again in the background. */
function comeBack(reply: FastifyReply): FastifyReply {
  reply.header('Cache-Control', 'no-store').header('Retry-After', '5')
  return send(reply, 503, { error: 'temporarily_unavailable' })
}

async function register(client: OneClient, request: FastifyRequest, reply: FastifyReply): Promise<RegistrationAnswer> {
  const body = await readBody(request.raw, MAX_BODY_BYTES)
  if (!body.ok) {
    // What is still to come is not waited for.
    if (request.raw.httpVersionMajor === 1) reply.header('Connection', 'close')
    endUnread(request.raw)
    return refuse('invalid_client_metadata', 'The body is too large or too slow')
  }
  let document: unknown
  try {
    document = JSON.parse(Buffer.from(body.bytes).toString('utf8'))
  } catch {
    return refuse('invalid_client_metadata', 'The body is not JSON')
  }
  return registerClient(client, document)
}

/** What still comes is thrown away, for a moment; then the request ends, over HTTP/2 its stream alone. */
function endUnread(request: FastifyRequest['raw']): void {
  const stream: unknown = Reflect.get(request, 'stream') ?? request
  request.resume()
  if (stream instanceof Readable) setTimeout(() => stream.destroy(), LINGER_MS).unref()
}

function send(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.code(status).type('application/json').send(JSON.stringify(body))
}
