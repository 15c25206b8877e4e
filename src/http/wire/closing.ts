import type { FastifyInstance } from 'fastify'
import type { Pending } from './requests-in-flight.ts'

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
