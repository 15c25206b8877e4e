import type { FastifyInstance } from 'fastify'

/** Where a listener is opened. */
export interface ListenAddress {
  /** undefined: every address. */
  readonly host: string | undefined
  readonly port: number
}

/** Opens a listener and returns the base URL of where it listens. Without a host: every address, `[::]`, or `0.0.0.0` if there is no IPv6. */
export async function listen(app: FastifyInstance, { host, port }: ListenAddress): Promise<string> {
  try {
    await app.listen({ host: host ?? '::', port })
  } catch (error) {
    if (host !== undefined || !(error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT')) throw error
    await app.listen({ host: '0.0.0.0', port })
  }
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('the listener has no port')
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${'setSecureContext' in app.server ? 'https' : 'http'}://${shown}:${address.port}`
}
