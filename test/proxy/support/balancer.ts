import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** One address with several instances behind it, as a Kubernetes Service: it balances connections, not requests. */
export interface Balancer {
  readonly origin: string
  /** New connections go to these origins in turn from now on; open ones stay where they are. */
  point(...origins: readonly string[]): void
  /** Cuts every open connection. */
  cut(): void
  stop(): Promise<void>
}

/** Opens it on loopback, with nothing behind. */
export async function openBalancer(): Promise<Balancer> {
  let origins: readonly string[] = []
  let next = 0
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const origin = origins[next++ % Math.max(origins.length, 1)]
    if (origin === undefined) return void client.destroy()
    const { hostname, port } = new URL(origin)
    const instance = connect({ host: hostname, port: Number(port) })
    open.add(client)
    for (const [from, to] of [
      [client, instance],
      [instance, client],
    ] as const) {
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
    client.on('close', () => open.delete(client))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const client of open) client.destroy()
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    point: (...to) => {
      origins = to
    },
    cut,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
