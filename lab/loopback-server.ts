import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Listens on 127.0.0.1 and promises the port. Port 0 lets the system choose a free one, which cannot lose a race
 * against another process as any "find a free port, then bind it" would.
 */
export async function listenOnLoopback(
  server: Server,
  options: { readonly port?: number; readonly reusePort?: boolean } = {},
): Promise<number> {
  server.listen({ port: 0, host: '127.0.0.1', ...options })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Closes the listener and cuts every connection, also those in the middle of an answer. */
export async function closeNow(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
