import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { OneClient } from '../config/model-issuer.ts'
import {
  type RegistrationAnswer,
  type RegistrationEvent,
  refuse,
  registerClient,
  registrationEvent,
} from '../documents/client-registration.ts'
import { findRegistration, REGISTRATION_PATH, registrationState } from '../documents/registration.ts'
import type { DocumentDeps } from './documents.ts'
import { allowEveryOrigin } from './every-origin.ts'
import type { NotFound } from './not-found.ts'
import { hostOf } from './request-host.ts'
import { readBody } from './wire/body.ts'

export interface RegistrationDeps extends Pick<DocumentDeps, 'registrations' | 'findDocument'> {
  readonly onRegistration: (event: RegistrationEvent) => void
}

/** Far above any client's metadata. */
const MAX_BODY_BYTES = 16 * 1024
/** For the answer to be read while more comes, in milliseconds. */
const LINGER_MS = 1_000

/**
 * Serves the registration of clients (RFC 7591) for issuers with a `registration`. Nothing that passes here is secret, and
 * nothing is kept.
 */
export function serveRegistration(app: FastifyInstance, deps: RegistrationDeps, notFound: NotFound): void {
  // The body is read here, whatever its type, up to a bound of its own; no other route has one.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const path = `${REGISTRATION_PATH}/*`
  app.options(path, async (request, reply) => {
    if (findPlace(request, deps) === undefined) return notFound(request, reply)
    return allowEveryOrigin(request.method, reply, 'POST').code(204).send()
  })
  app.post(path, async (request, reply) => {
    const found = findPlace(request, deps)
    if (found === undefined) return notFound(request, reply)
    allowEveryOrigin(request.method, reply, 'POST')
    const { answer, document } = await register(found.client, request, reply)
    deps.onRegistration(registrationEvent(found.place.issuer.name, answer, document))
    const { status, body } = answer
    return reply.code(status).header('Cache-Control', 'no-store').type('application/json').send(JSON.stringify(body))
  })
}

/** The place that the target names exactly, compared as it was sent, with its client. */
function findPlace({ raw }: FastifyRequest, deps: RegistrationDeps) {
  const found = findRegistration(deps.registrations(), hostOf(raw.rawHeaders), raw.url ?? '')
  if (found?.kind !== 'register') return undefined
  return registrationState(deps.findDocument(found.place.issuer)).kind === 'refused' ? undefined : found
}

/** The answer, and what the client said, where it can be read. */
interface Registered {
  readonly answer: RegistrationAnswer
  readonly document?: unknown
}

async function register(client: OneClient, request: FastifyRequest, reply: FastifyReply): Promise<Registered> {
  const body = await readBody(request.raw, MAX_BODY_BYTES)
  if (!body.ok) {
    // What is still to come is not waited for.
    if (request.raw.httpVersionMajor === 1) reply.header('Connection', 'close')
    endUnread(request.raw)
    return { answer: refuse('invalid_client_metadata', 'The body is too large or too slow') }
  }
  let document: unknown
  try {
    document = JSON.parse(Buffer.from(body.bytes).toString('utf8'))
  } catch {
    return { answer: refuse('invalid_client_metadata', 'The body is not JSON') }
  }
  return { answer: registerClient(client, document), document }
}

/** What still comes is thrown away, for a moment; then the request ends, over HTTP/2 its stream alone. */
function endUnread(request: FastifyRequest['raw']): void {
  const stream: unknown = Reflect.get(request, 'stream') ?? request
  request.resume()
  if (stream instanceof Readable) setTimeout(() => stream.destroy(), LINGER_MS).unref()
}
