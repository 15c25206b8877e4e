import type { FastifyInstance } from 'fastify'
import type { IssuerStatus, Readiness } from '../documents/issuer-status.ts'
import type { Status } from '../status/status.ts'
import { createApp, type Pending } from './app.ts'
import { sendNotFound } from './not-found.ts'
import { serveStatusPage } from './status-page.ts'

export interface OperationsDeps {
  readonly pending: Pending
  readonly draining: () => boolean
  /** Whether it has the first keys of its issuers, or has waited for them long enough. */
  readonly readiness: () => Readiness
  readonly issuers: () => readonly IssuerStatus[]
  /** How the process fares now; undefined if that is not to be shown. */
  readonly status: (() => Status) | undefined
  readonly metrics: {
    readonly scrape: (accept: string | undefined) => Promise<{ readonly contentType: string; readonly text: string }>
  }
}

/**
 * The operations port: the status page, `/metrics`, `/livez` (this answer is the proof: the event loop turns) and `/readyz`.
 * Ready means: configuration loaded, listeners up, the first keys of every issuer there or waited for long enough. An
 * issuer that goes down later does not make it unready: restarting or removing this pod would not bring the issuer back.
 */
export function buildOperationsServer(deps: OperationsDeps): FastifyInstance {
  const app = createApp(deps.pending)
  app.addHook('onSend', async (_request, reply) => {
    if (deps.draining()) reply.header('Connection', 'close')
    reply.header('Cache-Control', 'no-store')
  })
  app.setNotFoundHandler((request, reply) => {
    const [url = ''] = request.url.split('?')
    if (!app.hasRoute({ method: 'GET', url })) return sendNotFound(reply)
    return reply.code(405).header('Allow', 'GET, HEAD').type('application/json').send('{"error":"method_not_allowed"}')
  })
  if (deps.status !== undefined) serveStatusPage(app, deps.status)
  app.get('/livez', async () => 'ok\n')
  app.get('/readyz', async (request, reply) => {
    const issuers = deps.issuers()
    const { ready, missing, until } = deps.readiness()
    const problem = deps.draining() ? 'draining' : ready ? undefined : 'waiting for keys'
    if (problem !== undefined) reply.code(503)
    if (new URL(request.url, 'http://localhost').searchParams.has('verbose')) {
      const waiting = ready ? {} : { waitingFor: { issuers: missing, until } }
      return { ready: problem === undefined, problem, ...waiting, issuers }
    }
    return `${problem ?? 'ok'}\n`
  })
  app.get('/metrics', async (request, reply) => {
    const { contentType, text } = await deps.metrics.scrape(request.headers.accept)
    return reply.type(contentType).send(text)
  })
  return app
}
