import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad } from '../load.ts'
import type { Section } from '../report.ts'
import { median } from '../rounds.ts'
import { type Server, type ServerOptions, startForwardgate, startRival } from '../servers.ts'
import { residentMiB } from '../usage.ts'
import type { Workspace } from '../workspace.ts'

/** How soon a process listens, and what it takes of the memory. */
export async function measureStart(workspace: Workspace): Promise<Section> {
  const { cores, rivalEnv, quick, writeCalls, mintMany } = workspace
  const options: ServerOptions = { core: cores?.server, env: rivalEnv }
  const calls = await writeCalls('fill', await mintMany('RS256', 12_000))
  const config = await workspace.writeConfiguration({ routes: 1, issuers: 1 })
  const large = await workspace.writeConfiguration({ routes: 5_000, issuers: 1 })

  const look = async (name: string, start: () => Promise<Server>) => {
    const startups: number[] = []
    for (let run = 0; run < (quick ? 3 : 9); run++) {
      const server = await start()
      startups.push(server.startup)
      await server.stop()
    }
    const server = await start()
    await sleep(2_000)
    const idle = await residentMiB(server.pids)
    const { origin, pids } = server
    await runLoad({ origin, pids, requests: calls, seconds: quick ? 2 : 4, connections: 32, core: cores?.load })
    const full = await residentMiB(pids)
    await server.stop()
    return { name, startup: median(startups), slowest: Math.max(...startups), idle, full }
  }
  const gate = await look('forwardgate, 1 route', () => startForwardgate(config, { core: options.core }))
  const found = [
    await look('bare node:http', () => startRival('bare-http', options)),
    await look('bare fastify', () => startRival('bare-fastify', options)),
    await look('45 lines with lru-cache', () => startRival('verifier-lru', options)),
    gate,
    await look('forwardgate, 5,000 routes', () => startForwardgate(large, { core: options.core })),
  ]
  return {
    title: 'Start and memory',
    about:
      'From the start of the process until it listens; resident memory two seconds later, and after 12,000 different tokens, which fill the cache.',
    table: {
      head: ['', 'listening after ms', 'slowest start ms', 'MiB idle', 'MiB with a full cache'],
      rows: found.map((each) => [
        each.name,
        ...[each.startup, each.slowest, each.idle, each.full].map((value) => value.toFixed(0)),
      ]),
    },
    goals: [
      { what: 'forwardgate listens after', value: gate.startup, atMost: 300, unit: 'ms' },
      { what: 'resident memory, idle', value: gate.idle, atMost: 80, unit: 'MiB' },
    ],
  }
}
