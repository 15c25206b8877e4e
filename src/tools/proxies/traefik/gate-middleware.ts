import type { Config, Route } from '../../../config/model.ts'
import { emptyIdentityHeaders } from '../../../decision/identity-headers.ts'
import { distinctBy } from '../../frame/distinct.ts'
import { fillAddress, UNWRITTEN } from '../placeholders.ts'
import { child, textOf, type YamlNode } from '../yaml-node.ts'
import { type Attached, attachedTo, type Landscape, type Router } from './landscape.ts'
import type { Middleware } from './reference.ts'

/** What the rules about manifests look at. */
export interface ManifestSubject {
  readonly config: Config
  readonly landscape: Landscape
  /** Every middleware that calls forwardgate. */
  readonly gates: readonly Gate[]
  /** Every router with such a middleware. */
  readonly gated: readonly GatedRouter[]
  /** What is left for comparing routers with requests: routers, resources and paths multiply. */
  readonly comparisons: Comparisons
}

interface Comparisons {
  left: number
  /** The routers that take a request, by host and path. */
  readonly takers: Map<string, readonly Router[]>
}

/** A second or so. 1,000 routes, each with a router of its own, need less. */
const MAX_COMPARISONS = 25_000_000

/** What every rule needs to know, found out once. */
export function manifestSubject(config: Config, landscape: Landscape): ManifestSubject {
  const named = Map.groupBy(config.routes, ({ name }) => name)
  const gates = landscape.middlewares.flatMap((middleware) => readGate(middleware, config.routes, named) ?? [])
  const byOptions = new Map(gates.map((gate) => [gate.options, gate]))
  const gated = landscape.routers.flatMap((router) => readGatedRouter(router, landscape, byOptions) ?? [])
  return { config, landscape, gates, gated, comparisons: { left: MAX_COMPARISONS, takers: new Map() } }
}

/** A forwardAuth middleware that calls forwardgate. */
export interface Gate {
  /** Those of the middleware. */
  readonly options: YamlNode
  readonly address: URL | undefined
  /** The name in `/verify/<name>`; undefined if the path decides. */
  readonly named: string | undefined
  /** The routes it may be asked about: the named one, or all of them. */
  readonly routes: readonly Route[]
}

/** The middleware as a gate; undefined if it is not one, or calls another service. */
function readGate(
  middleware: Middleware,
  routes: readonly Route[],
  byName: ReadonlyMap<string, readonly Route[]>,
): Gate | undefined {
  if (middleware.kind !== 'forwardAuth') return undefined
  const address = addressOf(middleware)
  const asked = /^\/verify(?:\/|$)(?<name>.*)$/.exec(address?.pathname ?? '')?.groups?.['name']
  if (asked === undefined && !/forwardgate/.test(address?.hostname ?? '')) return undefined
  const gate = { options: middleware.options, address }
  if (asked === '') return { ...gate, named: undefined, routes }
  if (asked === undefined || asked.includes(UNWRITTEN)) return { ...gate, named: undefined, routes: [] }
  return { ...gate, named: asked, routes: byName.get(asked) ?? [] }
}

/** Where a forwardAuth middleware asks; what a template or a substitution will fill in may be anything. */
export function addressOf({ options }: Middleware): URL | undefined {
  const address = URL.parse(fillAddress(textOf(child(options, 'address')) ?? '')) ?? undefined
  return address !== undefined && /^https?:$/.test(address.protocol) ? address : undefined
}

/** A router that calls forwardgate, with the middlewares before and after that. */
export interface GatedRouter {
  readonly router: Router
  readonly gate: Gate
  readonly before: readonly Attached[]
  readonly after: readonly Attached[]
}

function readGatedRouter(
  router: Router,
  landscape: Landscape,
  gates: ReadonlyMap<YamlNode, Gate>,
): GatedRouter | undefined {
  const steps = attachedTo(router.references, landscape)
  for (const [index, { middleware }] of steps.entries()) {
    const gate = middleware && gates.get(middleware.options)
    if (gate !== undefined) return { router, gate, before: steps.slice(0, index), after: steps.slice(index + 1) }
  }
  return undefined
}

/** Whether path or host of the forwarded request decide what happens. */
export function pathDecides({ named, routes }: Gate): boolean {
  return (
    named === undefined ||
    routes.some(({ lockedPaths, lockedHosts }) => lockedPaths !== undefined || lockedHosts !== undefined)
  )
}

/** Whether some request passes only with a proof of its own URI (RFC 9449 §4.3). */
export function needsProofs({ routes }: Gate): boolean {
  return routes.some(({ dpop }) => dpop.mode === 'required')
}

/** Whether the method does, and what else a header could change; with `mcp` also how a body is read. */
export function methodDecides({ routes }: Gate): boolean {
  return routes.some(
    ({ rules, preflight, mcp }) =>
      preflight === 'pass' || mcp !== undefined || rules.some(({ methods }) => methods !== undefined),
  )
}

/** The header that carries the token of a route. */
export function tokenHeaderName({ tokenSource }: Route): string {
  if (tokenSource.kind === 'header') return tokenSource.name
  return tokenSource.kind === 'cookie' ? 'Cookie' : 'Authorization'
}

/** Names of every header that an allow of these routes may carry, each once. */
export function emittedHeaders(routes: readonly Route[]): readonly string[] {
  const names = routes.flatMap((route) => emptyIdentityHeaders(route).filter((_, index) => index % 2 === 0))
  return distinctBy(names, (name) => name.toLowerCase())
}

/** Fields of the client that must not reach the service behind these routes, and that no answer of ours has. */
export function removedFields(routes: readonly Route[]): readonly string[] {
  return routes.some(hidesProof) ? ['DPoP'] : []
}

/** Without the token that it belongs to, a proof is not for the service. */
export function hidesProof({ dpop, upstreamAuthorization }: Route): boolean {
  return dpop.mode !== 'off' && upstreamAuthorization.kind !== 'keep'
}

/** Fields of the client that the services behind these routes can do without. */
export function unusedFields(routes: readonly Route[]): readonly string[] {
  const used = routes.some(
    ({ dpop, upstreamAuthorization }) => dpop.mode !== 'off' && upstreamAuthorization.kind === 'keep',
  )
  return used ? [] : ['DPoP']
}
