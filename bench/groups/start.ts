import { setTimeout as sleep } from 'node:timers/promises'
import { v8Flags } from '../../build/program.ts'
import { runLoad } from '../load.ts'
import type { Section } from '../report.ts'
import { median } from '../rounds.ts'
import { imageProgram, type Server, startForwardgate, startUnbundled } from '../servers.ts'
import { cpuOfCommand, residentMiB } from '../usage.ts'
import type { Workspace } from '../workspace.ts'

/** V8 gives back what a start needed about 8 s after it. */
const REST_SECONDS = 15
/** What probes and people start again and again. */
const COMMANDS = ['--version', '--help', 'healthcheck'] as const

/** What is started again and again, by its name in the table. */
type Starters = Readonly<Record<string, () => Promise<Server>>>

/** How soon a process listens, and what it takes of the memory. */
export async function measureStart(workspace: Workspace): Promise<Section> {
  const { cores, quick, writeCalls, mintMany } = workspace
  const core = cores?.server
  const calls = await writeCalls('fill', await mintMany('RS256', 12_000))
  const one = await workspace.writeConfiguration({ routes: 1, issuers: 1 })
  const many = await workspace.writeConfiguration({ routes: 5_000, issuers: 1 })
  const starters = {
    'bare node:http': () => workspace.startRival('bare-http', { core }),
    'bare fastify': () => workspace.startRival('bare-fastify', { core }),
    'bare fastify, not bundled': () => startUnbundled('bare-fastify', { core }),
    '45 lines with lru-cache': () => workspace.startRival('verifier-lru', { core }),
    'forwardgate, 1 route': () => startForwardgate(one, { core }),
    'forwardgate, 5,000 routes': () => startForwardgate(many, { core }),
  }
  const starts = await measureStarts(starters, quick ? 3 : 9)
  const memory = await measureRest(starters, async ({ origin, pids }) => {
    await runLoad({ origin, pids, requests: calls, seconds: quick ? 2 : 4, connections: 32, core: cores?.load })
  })
  const commands = await measureCommands(quick ? 3 : 9)

  const rows = Object.keys(starters).map((name) => {
    const [start, mib] = [starts.get(name) ?? [], memory.get(name)]
    const wall = start.map(({ startup }) => startup)
    const cpu = start.map(({ startupCpu }) => startupCpu)
    const shown = [median(wall), Math.max(...wall), median(cpu), mib?.idle ?? 0, mib?.full ?? 0]
    return [name, ...shown.map((value) => value.toFixed(0))]
  })
  const cpuOf = (a: keyof typeof starters, b: keyof typeof starters) =>
    median((starts.get(a) ?? []).map(({ startupCpu }, run) => startupCpu / (starts.get(b)?.[run]?.startupCpu ?? 0)))
  const idleOf = (a: keyof typeof starters, b: keyof typeof starters) =>
    (memory.get(a)?.idle ?? 0) / (memory.get(b)?.idle ?? 0)
  return {
    title: 'Start and memory',
    about: `From the start of the process until it listens; resident memory ${REST_SECONDS} s later, and after 12,000 different tokens, which fill the cache. forwardgate runs as in the image: built, compiled beforehand, with \`${v8Flags().join(' ')} --permission\`; the others are bundled in the same way, but for the one that says so, and have no flags.`,
    table: {
      head: ['', 'listening after ms', 'slowest start ms', 'CPU ms', 'MiB idle', 'MiB with a full cache'],
      rows,
    },
    goals: [
      {
        what: 'CPU until it listens, of bare fastify',
        value: cpuOf('forwardgate, 1 route', 'bare fastify'),
        atMost: 1.2,
      },
      {
        what: 'resident memory, idle, of bare fastify',
        value: idleOf('forwardgate, 1 route', 'bare fastify'),
        atMost: 1,
      },
      {
        what: 'CPU until it listens, of bare fastify that is not bundled',
        value: cpuOf('forwardgate, 1 route', 'bare fastify, not bundled'),
        atMost: 1.2,
      },
      {
        what: 'resident memory, idle, of bare fastify that is not bundled',
        value: idleOf('forwardgate, 1 route', 'bare fastify, not bundled'),
        atMost: 1,
      },
      {
        what: 'CPU of a start, 5,000 routes of one',
        value: cpuOf('forwardgate, 5,000 routes', 'forwardgate, 1 route'),
        atMost: 2,
      },
      {
        what: 'resident memory, idle, 5,000 routes of one',
        value: idleOf('forwardgate, 5,000 routes', 'forwardgate, 1 route'),
        atMost: 1.3,
      },
      ...commands.map(({ name, ms }) => ({ what: `CPU of \`${name}\``, value: ms, atMost: 100, unit: 'ms' })),
    ],
  }
}

/** Starts all in turn, then all again. */
async function measureStarts(starters: Starters, runs: number): Promise<ReadonlyMap<string, readonly Server[]>> {
  const found = new Map(Object.keys(starters).map((name): [string, Server[]] => [name, []]))
  for (let run = 0; run < runs; run++) {
    for (const [name, start] of Object.entries(starters)) {
      const server = await start()
      await server.stop()
      found.get(name)?.push(server)
    }
  }
  return found
}

/** Resident memory at rest, of all side by side, and after `fill`. */
async function measureRest(starters: Starters, fill: (server: Server) => Promise<void>) {
  const servers = new Map<string, Server>()
  const found = new Map<string, { readonly idle: number; readonly full: number }>()
  try {
    for (const [name, start] of Object.entries(starters)) servers.set(name, await start())
    await sleep(REST_SECONDS * 1000)
    for (const [name, server] of servers) {
      const idle = await residentMiB(server.pids)
      await fill(server)
      found.set(name, { idle, full: await residentMiB(server.pids) })
    }
  } finally {
    for (const server of servers.values()) await server.stop()
  }
  return found
}

/** Milliseconds of CPU of each command, in an image where nothing answers the probe. */
async function measureCommands(runs: number) {
  const found: { readonly name: string; readonly ms: number }[] = []
  for (const name of COMMANDS) {
    const each: number[] = []
    for (let run = 0; run < runs; run++) each.push((await cpuOfCommand([...imageProgram(), name])) * 1000)
    found.push({ name, ms: median(each) })
  }
  return found
}
