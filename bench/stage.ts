import { type LoadResult, runLoad } from './load.ts'
import { type Measured, measure, type Series } from './rounds.ts'
import type { Server, ServerOptions } from './servers.ts'
import type { Workspace } from './workspace.ts'

/** One line of a table: what is asked of which server. */
export interface Act<S extends string> {
  readonly server: S
  /** File of the requests. */
  readonly calls: string
  /** True: every answer has to be a refusal. Otherwise none. */
  readonly refuses?: boolean
  /** Requests that are sent before anything is measured. */
  readonly warmUp?: number
}

export type Starters<S extends string> = Readonly<Record<S, (options: ServerOptions) => Promise<Server>>>

/** Connections that wrk keeps open: enough to keep one core busy. */
const CONNECTIONS = 32

/** Starts all servers, measures all acts in interleaved rounds, stops the servers; `afterwards` comes before the end. */
export async function measureActs<S extends string, A extends string>(
  workspace: Workspace,
  starters: Starters<S>,
  acts: Readonly<Record<A, Act<S>>>,
  afterwards: () => Promise<void> = async () => {},
): Promise<Readonly<Record<A, Measured>>> {
  const { cores, effort } = workspace
  const servers = new Map<string, Server>()
  try {
    for (const [name, start] of Object.entries<Starters<S>[S]>(starters)) {
      servers.set(name, await start({ core: cores?.server }))
    }
    const series = Object.entries<Act<S>>(acts).map(
      ([name, { server, calls, refuses = false, warmUp = 0 }]): Series => {
        const { origin = '', pids = [] } = servers.get(server) ?? {}
        let sent = 0
        const run = async (seconds: number): Promise<LoadResult> => {
          const load = { origin, pids, requests: calls, sent, seconds, connections: CONNECTIONS, core: cores?.load }
          const result = await runLoad(load)
          sent += result.requests
          return sent < warmUp ? run(seconds) : result
        }
        return { name, run, refuses }
      },
    )
    const measured = await measure(series, effort)
    await afterwards()
    return Object.fromEntries(measured.map((each) => [each.name, each])) as Record<A, Measured>
  } finally {
    for (const server of servers.values()) await server.stop()
  }
}
