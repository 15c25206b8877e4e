import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify'

/** How many requests wait for their answer: the end of the process waits for them, and for nothing else. */
export interface Pending {
  readonly begin: () => void
  readonly end: () => void
  readonly count: () => number
}

export function createPending(): Pending {
  let count = 0
  return {
    begin: () => {
      count += 1
    },
    end: () => {
      count -= 1
    },
    count: () => count,
  }
}

/** A Fastify app that counts its requests, from their head to the end of their response or connection. */
export function createApp(pending: Pending, options: FastifyServerOptions = {}): FastifyInstance {
  // While draining, Fastify would answer 503 and so make proxies refuse good requests.
  const app = fastify({ ...NO_SCHEMAS, return503OnClosing: false, ...options })
  app.addHook('onRequest', (_request, reply, done) => {
    pending.begin()
    reply.raw.once('close', pending.end)
    done()
  })
  return app
}

/** No route here has a schema, so the compilers of schemas are neither loaded nor set up. */
const NO_SCHEMAS = {
  schemaController: { compilersFactory: { buildValidator: () => refuse, buildSerializer: () => refuse } },
}

function refuse(): never {
  throw new Error('no route has a schema')
}

/** How long requests in flight may take after the listeners closed, in milliseconds. */
const LAST_REQUESTS_MS = 10_000
/** For how long nothing may wait for an answer before what is still open is cut: more than a last answer needs to leave. */
const QUIET_MS = 1500
const LOOK_MS = 50

/**
 * Ends a server when every request has its answer. Whatever else is open does not count: idle connections (Fastify's own
 * close waits 72 s for them), half a request, half a handshake, or nothing at all (preconnects, TCP probes). Node takes
 * those for requests in flight, and Kubernetes would kill us first.
 */
export async function closeGently(app: FastifyInstance, pending: Pending): Promise<void> {
  const start = performance.now()
  let busy = start
  const look = setInterval(() => {
    const now = performance.now()
    if (pending.count() > 0) busy = now
    if (now - busy >= QUIET_MS || now - start >= LAST_REQUESTS_MS) app.server.closeAllConnections()
    else app.server.closeIdleConnections()
  }, LOOK_MS)
  try {
    await app.close()
  } finally {
    clearInterval(look)
  }
}
