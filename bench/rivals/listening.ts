import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Tells the benchmark on standard output where a rival listens. */
export function announce(server: Server): void {
  const { port } = server.address() as AddressInfo
  console.log(JSON.stringify({ msg: 'listening', auth: `http://127.0.0.1:${port}` }))
}
