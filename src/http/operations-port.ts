import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { IssuerStatus, Readiness } from '../documents/issuer-status.ts'
import { renderPage } from '../status/page/page.ts'
import { CONTENT_SECURITY_POLICY } from '../status/page/style.ts'
import type { Status } from '../status/status.ts'
import { createApp, type Pending } from './app.ts'
import { sendNotFound } from './not-found.ts'

export interface OperationsDeps {
  readonly pending: Pending
  readonly draining: () => boolean
  /** Whether it has the first keys of its issuers, or has waited for them long enough. */
  readonly readiness: () => Readiness
  readonly issuers: () => readonly IssuerStatus[]
  /** The state of the process; undefined if it is not to be shown. */
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
  // A path that the router cannot decode names nothing here.
  const frameworkErrors = (_error: unknown, _request: FastifyRequest, reply: FastifyReply) =>
    sendNotFound(reply.header('Cache-Control', 'no-store'))
  const app = createApp(deps.pending, { frameworkErrors })
  const paths = new Set<string>()
  app.addHook('onRoute', ({ url }) => void paths.add(url))
  app.addHook('onSend', async (_request, reply) => {
    if (deps.draining()) reply.header('Connection', 'close')
    reply.header('Cache-Control', 'no-store')
  })
  app.setNotFoundHandler((request, reply) => {
    const [url = ''] = request.url.split('?')
    if (!paths.has(url)) return sendNotFound(reply)
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

/** A browser may run nothing of it, load nothing for it, frame it or reveal its address to others. */
const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const

/** `/` for people, `/status.json` for programs: the same at one moment. */
export function serveStatusPage(app: FastifyInstance, status: () => Status): void {
  app.get('/', async (_request, reply) =>
    reply.headers(HEADERS).type('text/html; charset=utf-8').send(renderPage(status())),
  )
  app.get('/status.json', async (_request, reply) => reply.headers(HEADERS).send(status()))
}
