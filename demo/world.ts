import { randomBytes } from 'node:crypto'
import { type Gate, startGate } from '../lab/gate.ts'
import { type Issuer, startIssuer } from '../lab/issuer.ts'
import type { IssuerRobot } from '../lab/issuer-configuration.ts'
import { openProxy, type ProxyKind } from '../lab/open-proxy.ts'
import type { ReverseProxy } from '../lab/reverse-proxy.ts'
import { startUpstream } from '../lab/upstream.ts'

/** Everything that takes part, running. */
export interface World {
  readonly proxy: ReverseProxy
  readonly issuer: Issuer
  readonly gate: Gate
  /** The gate's configuration, as it stands in its file. */
  readonly configuration: string
  /** The protected resource of the play, and its neighbour. */
  readonly kubernetes: string
  readonly grafana: string
  /** A client, and one whose tokens live for a second. */
  readonly robot: IssuerRobot
  readonly hasty: IssuerRobot
}

/** Something that runs until it is stopped. */
export interface Stoppable {
  stop(): Promise<void>
}

/** Remembers a part for stopping it, from before it has started. */
export type Keep = <Part extends Stoppable>(starting: Promise<Part>) => Promise<Part>

/**
 * Starts issuer, upstream, gate and proxy on free loopback ports. Whatever starts is handed to `keep` before it is used,
 * so that it can be stopped however far this got.
 */
export async function startWorld(kind: ProxyKind, keep: Keep, onLine: (line: string) => void): Promise<World> {
  const proxy = await keep(openProxy(kind, onLine))
  const kubernetes = `${proxy.origin}/mcp/kubernetes`
  const grafana = `${proxy.origin}/mcp/grafana`
  const robot: IssuerRobot = { id: 'demo', secret: secret() }
  const hasty: IssuerRobot = { id: 'hasty', secret: secret(), tokenLife: 1 }
  const scopes = ['mcp:read', 'mcp:admin']
  const issuer = await keep(
    startIssuer({
      robots: [robot, hasty],
      resources: [kubernetes, grafana].map((resource) => ({ resource, scopes })),
    }),
  )
  const upstream = await keep(startUpstream())
  const configuration = `issuers:
  demo: { issuer: "${issuer.url}", clockTolerance: 0s }   # the default is 30s; the demo does not wait for it
routes:
  kubernetes:
    resource: ${kubernetes}
    scopes: [mcp:read]
    rules:
      - { methods: [DELETE], scopes: [mcp:admin] }
  grafana:
    resource: ${grafana}
    scopes: [mcp:read]
`
  const gate = await keep(startGate(configuration, onLine))
  const connected = proxy.connect({
    verifier: gate.auth,
    upstream: upstream.origin,
    routes: [
      { path: '/mcp/kubernetes', verify: '/verify/kubernetes' },
      { path: '/mcp/grafana', verify: '/verify/grafana' },
    ],
    identityHeaders: ['X-Auth-Subject', 'X-Auth-Issuer', 'X-Auth-Client', 'X-Auth-Scopes'],
  })
  // Kept as a part of its own: a proxy in the middle of starting is stopped when it has started, not before.
  await keep(connected.then(() => ({ stop: () => Promise.resolve() })))
  return { proxy, issuer, gate, configuration, kubernetes, grafana, robot, hasty }
}

function secret(): string {
  return randomBytes(12).toString('base64url')
}
