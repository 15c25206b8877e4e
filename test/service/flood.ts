import { openRaw } from '../support/raw-http.ts'

const CONNECTIONS = 8
const PER_PACKET = 25

/** Sends these requests over a few kept connections, many in a packet, and counts the answers by status. */
export async function flood(origin: string, requests: readonly string[]): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>()
  let next = 0
  const sender = async () => {
    const connection = await openRaw(origin)
    try {
      for (;;) {
        const packet = requests.slice(next, next + PER_PACKET)
        if (packet.length === 0) return
        next += packet.length
        connection.send(packet.join(''))
        for (const _ of packet) {
          const status = (await connection.read())?.status ?? 0
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }
      }
    } finally {
      connection.close()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, sender))
  return statuses
}
