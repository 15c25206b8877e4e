import type { FastifyInstance } from 'fastify'

/** How long requests in flight may take after the listeners closed, in milliseconds. */
const LAST_REQUESTS_MS = 10_000

/** Fastify's own close waits for idle keep-alive connections, 72 s by default: Kubernetes would kill us first. */
export async function closeGently(app: FastifyInstance): Promise<void> {
  const closeIdle = setInterval(() => app.server.closeIdleConnections(), 50)
  const giveUp = setTimeout(() => app.server.closeAllConnections(), LAST_REQUESTS_MS)
  try {
    await app.close()
  } finally {
    clearInterval(closeIdle)
    clearTimeout(giveUp)
  }
}
