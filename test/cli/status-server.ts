import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Status } from '../../src/status/status.ts'

/** An operations port that has nothing but `/status.json`; undefined: not even that. */
export async function serveStatus(status: Status | undefined) {
  const server = createServer((request, response) => {
    const found = request.url === '/status.json' && status !== undefined
    response.writeHead(found ? 200 : 404, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(found ? status : { error: 'not_found' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
