import type { FastifyInstance } from 'fastify'
import type { Certificate } from '../config/reading/certificate.ts'
import { closeGently, createPending } from './app.ts'
import { type AuthPortDeps, buildAuthServer } from './auth-port.ts'
import { buildOperationsServer, type OperationsDeps } from './operations-port.ts'
import { type ListenAddress, listen } from './wire/listen.ts'

/** Where the two ports are opened, and what the auth port speaks. */
export interface PortOptions {
  readonly listen: ListenAddress
  readonly operationsListen: ListenAddress
  /** undefined: the auth port is plain. */
  readonly certificate: Certificate | undefined
}

/** Opens both ports, or none. */
export async function openPorts(deps: Omit<AuthPortDeps & OperationsDeps, 'pending'>, options: PortOptions) {
  const pending = createPending()
  const auth = buildAuthServer({ ...deps, pending }, options.certificate)
  const operations = buildOperationsServer({ ...deps, pending })
  return {
    /** Their base URLs. */
    urls: await listenOnBoth(auth.app, operations, options),
    useCertificate: auth.useCertificate,
    /** Ends both when every request has its answer. */
    async close(): Promise<void> {
      await Promise.all([auth.app, operations].map((app) => closeGently(app, pending)))
    },
  }
}

async function listenOnBoth(auth: FastifyInstance, operations: FastifyInstance, options: PortOptions) {
  try {
    return {
      auth: await listen(auth, options.listen),
      operations: await listen(operations, options.operationsListen),
    }
  } catch (error) {
    // One listener alone would keep the process alive, without what it needs to be seen.
    await Promise.all([auth.close(), operations.close()])
    throw error
  }
}
