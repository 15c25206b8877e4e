import type { ReverseProxy } from '../../lab/reverse-proxy.ts'
import { startEnvoy } from '../envoy.ts'
import { runLoad } from '../load.ts'
import { startTraefik } from '../proxies.ts'
import { count, type Section } from '../report.ts'
import { clientCall, writeRequests } from '../requests.ts'
import { type Measured, measure, ratio } from '../rounds.ts'
import { startForwardgate } from '../servers.ts'
import type { Workspace } from '../workspace.ts'

/** What is measured, by its path of the proxy; each is compared with `base`. */
const SERIES = [
  { name: 'Envoy, no auth', proxy: 'envoy', path: '/none/', base: 'Envoy, no auth' },
  { name: 'Envoy, jwt_authn', proxy: 'envoy', path: '/jwt_authn/', base: 'Envoy, no auth' },
  { name: 'forwardgate behind Envoy', proxy: 'envoy', path: '/gate/', base: 'Envoy, no auth' },
  { name: 'Traefik, no auth', proxy: 'traefik', path: '/none/', base: 'Traefik, no auth' },
  { name: 'forwardgate behind Traefik', proxy: 'traefik', path: '/gate/', base: 'Traefik, no auth' },
] as const

const CONNECTIONS = [8, 32] as const

/** Through Envoy, which asks or checks tokens itself, beside Traefik in the same rounds. */
export async function measureEnvoy(workspace: Workspace): Promise<Section> {
  const config = await workspace.writeConfiguration({ routes: 1, issuers: 1 })
  const token = await workspace.keys.mint('RS256')
  const stops: (() => Promise<void>)[] = []
  const started = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting
    stops.push(() => server.stop())
    return server
  }
  try {
    const upstream = await started(workspace.startRival('bare-http', { core: undefined }))
    const gate = await started(startForwardgate(config, { core: undefined }))
    const { jwks } = workspace.keys
    const envoy = await started(startEnvoy({ upstream: upstream.origin, gate: gate.origin, jwks }))
    const paths = [
      { path: 'none', verifier: undefined },
      { path: 'gate', verifier: gate.origin },
    ]
    const traefik = await started(startTraefik({ upstream: upstream.origin, paths, ca: '' }))

    const rows: (readonly string[])[] = []
    for (const connections of CONNECTIONS) {
      const measured = await rounds(workspace, { envoy, traefik }, { token, connections, pids: gate.pids })
      rows.push(...SERIES.map(({ name, base }) => rowOf(name, connections, measured[name], measured[base])))
    }
    return section(rows)
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}

type Found = Readonly<Record<string, Measured | undefined>>

async function rounds(
  workspace: Workspace,
  proxies: Readonly<Record<'envoy' | 'traefik', ReverseProxy>>,
  load: { readonly token: string; readonly connections: number; readonly pids: readonly number[] },
): Promise<Found> {
  const { connections, pids } = load
  const series = await Promise.all(
    SERIES.map(async ({ name, proxy, path }) => {
      const file = `${workspace.folder}/${proxy}${path.replaceAll('/', '-')}.requests`
      const requests = await writeRequests(file, [clientCall(path, load.token)])
      const { origin } = proxies[proxy]
      const run = (seconds: number) => runLoad({ origin, requests, connections, pids, core: undefined, seconds })
      return { name, refuses: false, run }
    }),
  )
  const effort = { rounds: workspace.quick ? 1 : 4, seconds: 1 }
  return Object.fromEntries((await measure(series, effort)).map((each) => [each.name, each]))
}

function rowOf(
  name: string,
  connections: number,
  measured: Measured | undefined,
  base: Measured | undefined,
): readonly string[] {
  if (measured === undefined || base === undefined) throw new Error(`${name} was not measured`)
  return [
    name,
    String(connections),
    count(measured.perSecond),
    `${ratio(measured, base, (result) => result.perSecond).toFixed(2)}x`,
    measured.p50.toFixed(2),
    (measured.p50 - base.p50).toFixed(2),
    measured.p99.toFixed(2),
  ]
}

function section(rows: readonly (readonly string[])[]): Section {
  return {
    title: 'Through Envoy, beside Traefik',
    about:
      'wrk, proxies, verifier and backend (bare node:http) share the cores; Envoy has one worker. `jwt_authn` with its cache is the ceiling: it asks no other process, and checks neither scopes nor types, forged headers or revocations.',
    table: {
      head: ['', 'connections', 'requests/s', 'of no auth', 'p50 ms', 'added p50 ms', 'p99 ms'],
      rows,
    },
  }
}
