import type { ReverseProxy } from '../../lab/reverse-proxy.ts'
import { makeTestCa } from '../../test/support/tls-files.ts'
import { runLoad } from '../load.ts'
import { type BenchPaths, startCaddy, startTraefik } from '../proxies.ts'
import { count, type Section } from '../report.ts'
import { clientCall, writeRequests } from '../requests.ts'
import { type Measured, measure, ratio } from '../rounds.ts'
import { type Server, startForwardgate } from '../servers.ts'
import type { Workspace } from '../workspace.ts'

const CONNECTIONS = [2, 8, 32, 256]
/** The number of connections for which the goals are set, measured longer. */
const GOAL_CONNECTIONS = 32

const PATHS = {
  none: 'no auth',
  fastify: 'bare fastify, plain',
  gate: 'forwardgate, plain',
  'fastify-h2': 'bare fastify, HTTP/2',
  'gate-h2': 'forwardgate, HTTP/2',
} as const

type Path = keyof typeof PATHS

/** What users feel: requests through Traefik, which asks a verifier about each. */
export function measureTraefik(workspace: Workspace): Promise<Section> {
  return measureProxy(workspace, 'Traefik', startTraefik, [
    { what: 'plain HTTP: of bare fastify', path: 'gate', base: 'fastify', atLeast: 0.97 },
    { what: 'HTTP/2: of bare fastify', path: 'gate-h2', base: 'fastify-h2', atLeast: 0.97 },
    { what: 'HTTP/2: of plain HTTP', path: 'gate-h2', base: 'gate', atLeast: 1.3 },
  ])
}

/** The same through Caddy. */
export function measureCaddy(workspace: Workspace): Promise<Section> {
  return measureProxy(workspace, 'Caddy', startCaddy, [], [GOAL_CONNECTIONS])
}

interface ProxyGoal {
  readonly what: string
  readonly path: Path
  readonly base: Path
  readonly atLeast: number
}

async function measureProxy(
  workspace: Workspace,
  name: string,
  start: (paths: BenchPaths) => Promise<ReverseProxy>,
  goals: readonly ProxyGoal[],
  numbersOfConnections: readonly number[] = CONNECTIONS,
): Promise<Section> {
  const ca = await makeTestCa()
  if (ca === undefined) throw new Error('openssl is not installed')
  const pair = await ca.issue('verifier')
  const config = await workspace.writeConfiguration({ routes: 1, issuers: 1 })
  const token = await workspace.keys.mint('RS256')
  const stops: (() => Promise<void>)[] = [ca.remove]
  const started = async (server: Promise<Server>): Promise<Server> => {
    stops.push((await server).stop)
    return server
  }
  const anyCore = { core: undefined }
  try {
    const upstream = await started(workspace.startRival('bare-http', anyCore))
    const verifiers: Readonly<Record<Path, Server | undefined>> = {
      none: undefined,
      fastify: await started(workspace.startRival('bare-fastify', anyCore)),
      gate: await started(startForwardgate(config, anyCore)),
      'fastify-h2': await started(
        workspace.startRival('bare-fastify', { ...anyCore, env: { BENCH_CERT: pair.cert, BENCH_KEY: pair.key } }),
      ),
      'gate-h2': await started(
        startForwardgate(config, {
          ...anyCore,
          env: { FORWARDGATE_TLS_CERT: pair.cert, FORWARDGATE_TLS_KEY: pair.key },
        }),
      ),
    }
    const paths = (Object.keys(PATHS) as Path[]).map((path) => ({
      path,
      verifier: verifiers[path]?.origin.replace(/^http:/, path.endsWith('-h2') ? 'https:' : 'http:'),
    }))
    const proxy = await start({ upstream: upstream.origin, paths, ca: ca.file })
    stops.push(proxy.stop)

    const found = new Map<number, Readonly<Record<Path, Measured>>>()
    for (const connections of numbersOfConnections) {
      const series = await Promise.all(
        (Object.keys(PATHS) as Path[]).map(async (path) => {
          const requests = await writeRequests(`${workspace.folder}/${path}.requests`, [clientCall(`/${path}/`, token)])
          const pids = verifiers[path]?.pids ?? []
          const load = { origin: proxy.origin, requests, connections, pids, core: undefined }
          return { name: path, refuses: false, run: (seconds: number) => runLoad({ ...load, seconds }) }
        }),
      )
      const { quick } = workspace
      const effort =
        connections === GOAL_CONNECTIONS && !quick ? { rounds: 8, seconds: 1 } : { rounds: quick ? 1 : 2, seconds: 1 }
      const measured = await measure(series, effort)
      found.set(connections, Object.fromEntries(measured.map((each) => [each.name, each])) as Record<Path, Measured>)
    }
    return sectionOf(name, found, goals)
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}

function sectionOf(
  name: string,
  found: ReadonlyMap<number, Readonly<Record<Path, Measured>>>,
  goals: readonly ProxyGoal[],
): Section {
  const at = found.get(GOAL_CONNECTIONS)
  return {
    title: `Through ${name}`,
    about: `wrk, ${name}, verifier and backend (bare node:http) share the cores. Ratios and added latency are of the same rounds, beside ${name} without auth.`,
    table: {
      head: [
        '',
        'connections',
        'requests/s',
        'of no auth',
        'p50 ms',
        'added p50 ms',
        'p99 ms',
        'verifier CPU us per request',
      ],
      rows: [...found].flatMap(([connections, measured]) =>
        (Object.keys(PATHS) as Path[]).map((path) => rowOf(path, connections, measured)),
      ),
    },
    goals:
      at === undefined
        ? []
        : goals.map(({ what, path, base, atLeast }) => ({
            what: `${GOAL_CONNECTIONS} connections, ${what}`,
            value: ratio(at[path], at[base], (result) => result.perSecond),
            atLeast,
          })),
  }
}

function rowOf(path: Path, connections: number, measured: Readonly<Record<Path, Measured>>): readonly string[] {
  const { perSecond, perCpuSecond, p50, p99 } = measured[path]
  const { none } = measured
  return [
    PATHS[path],
    String(connections),
    count(perSecond),
    `${ratio(measured[path], none, (result) => result.perSecond).toFixed(2)}x`,
    p50.toFixed(2),
    (p50 - none.p50).toFixed(2),
    p99.toFixed(2),
    path === 'none' ? '' : (1e6 / perCpuSecond).toFixed(0),
  ]
}
