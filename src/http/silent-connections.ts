import { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * When the server closes, ends connections on which nothing was ever sent (preconnects, TCP probes). To Node they are in
 * the middle of a request rather than idle, so that the end of the process would wait for them.
 */
export function endSilentConnections(app: FastifyInstance): void {
  // Only here is a plain socket's count that of the client's bytes.
  if (!(app.server instanceof Server)) return
  const open = new Set<Socket>()
  app.server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  app.addHook('preClose', async () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
  })
}
