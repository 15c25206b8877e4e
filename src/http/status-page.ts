import type { FastifyInstance } from 'fastify'
import { renderPage } from '../status/page/page.ts'
import { CONTENT_SECURITY_POLICY } from '../status/page/style.ts'
import type { Status } from '../status/status.ts'

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
