import type { FastifyInstance } from 'fastify'

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

/** Counts what goes through Fastify, from the head of a request to the end of its response or connection. */
export function countRequests(app: FastifyInstance, pending: Pending): void {
  app.addHook('onRequest', (_request, reply, done) => {
    pending.begin()
    reply.raw.once('close', pending.end)
    done()
  })
}
