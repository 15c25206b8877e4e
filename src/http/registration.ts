import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { OneClient } from '../config/model-issuer.ts'
import { valuesOf } from '../decision/request/header-fields.ts'
import {
  type RegistrationAnswer,
  type RegistrationEvent,
  refuse,
  registerClient,
  registrationEvent,
} from '../documents/client-registration.ts'
import {
  type FindServerDocument,
  findRegistration,
  REGISTRATION_PATH,
  type RegistrationIndex,
  registrationState,
} from '../documents/registration.ts'
import { allowEveryOrigin, type NotFound } from './not-found.ts'
import { readBody } from './wire/body.ts'

export interface RegistrationDeps {
  readonly registrations: () => RegistrationIndex
  readonly findDocument: FindServerDocument
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

/** X-Forwarded-Host if there is exactly one, else Host. It only chooses among configured documents, and is never shown. */
export function hostOf(rawHeaders: readonly string[]): string {
  const [forwarded, ...more] = valuesOf('x-forwarded-host', rawHeaders)
  if (forwarded !== undefined && more.length === 0) return forwarded
  // HTTP/2 names the host in a pseudo-header field, which goes before Host (RFC 9113 §8.3.1).
  return valuesOf(':authority', rawHeaders)[0] ?? valuesOf('host', rawHeaders)[0] ?? ''
}
