import type { Config, Route } from '../../../config/model.ts'
import { emptyIdentityHeaders } from '../../../decision/identity-headers.ts'
import { fillAddress, UNWRITTEN } from '../placeholders.ts'
import { child, textOf } from '../yaml-node.ts'
import type { Attached, Landscape, Router } from './landscape.ts'
import { attachedTo } from './landscape.ts'
import type { Middleware } from './reference.ts'

/** What the rules about manifests look at. */
export interface ManifestSubject {
  readonly config: Config
  readonly landscape: Landscape
  /** Every middleware that calls forwardgate. */
  readonly gates: ReadonlyMap<Middleware, Gate>
  /** Every router with such a middleware. */
  readonly gated: ReadonlyMap<Router, GatedRouter>
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
  const gates = new Map<Middleware, Gate>()
  for (const middleware of landscape.middlewares) {
    const gate = readGate(middleware, config.routes, named)
    if (gate !== undefined) gates.set(middleware, gate)
  }
  const gated = new Map<Router, GatedRouter>()
  for (const router of landscape.routers) {
    const found = readGatedRouter(router, landscape, gates)
    if (found !== undefined) gated.set(router, found)
  }
  return { config, landscape, gates, gated, comparisons: { left: MAX_COMPARISONS, takers: new Map() } }
}

/** A forwardAuth middleware that calls forwardgate. */
export interface Gate {
  readonly middleware: Middleware
  readonly address: URL | undefined
  /** The name in `/verify/<name>`; undefined if the path decides. */
  readonly named: string | undefined
  /** The routes it may be asked about: the named one, or all of them. */
  readonly routes: readonly Route[]
}

/** The middleware as a gate; undefined if it is not one, or calls another service. */
export function gateOf(middleware: Middleware, { gates }: Pick<ManifestSubject, 'gates'>): Gate | undefined {
  return gates.get(middleware)
}

function readGate(
  middleware: Middleware,
  routes: readonly Route[],
  byName: ReadonlyMap<string, readonly Route[]>,
): Gate | undefined {
  if (middleware.kind !== 'forwardAuth') return undefined
  const address = addressOf(middleware)
  const asked = /^\/verify(?:\/|$)(?<name>.*)$/.exec(address?.pathname ?? '')?.groups?.['name']
  if (asked === undefined) {
    return /forwardgate/.test(address?.hostname ?? '')
      ? { middleware, address, named: undefined, routes: [] }
      : undefined
  }
  if (asked === '') return { middleware, address, named: undefined, routes }
  if (asked.includes(UNWRITTEN)) return { middleware, address, named: undefined, routes: [] }
  return { middleware, address, named: asked, routes: byName.get(asked) ?? [] }
}

/** Where a forwardAuth middleware asks; what a template or a substitution will fill in may be anything. */
export function addressOf({ options }: Middleware): URL | undefined {
  const address = URL.parse(fillAddress(textOf(child(options, 'address')) ?? '')) ?? undefined
  return address !== undefined && /^https?:$/.test(address.protocol) ? address : undefined
}

/** Every gate of the manifests. */
export function gatesOf(subject: ManifestSubject): readonly Gate[] {
  return [...subject.gates.values()]
}

/** A router that calls forwardgate, with the middlewares before and after that. */
export interface GatedRouter {
  readonly router: Router
  readonly gate: Gate
  readonly before: readonly Attached[]
  readonly after: readonly Attached[]
}

/** Every router with a gate. */
export function gatedRouters(subject: ManifestSubject): readonly GatedRouter[] {
  return [...subject.gated.values()]
}

function readGatedRouter(
  router: Router,
  landscape: Landscape,
  gates: ManifestSubject['gates'],
): GatedRouter | undefined {
  const steps = attachedTo(router.references, landscape)
  for (const [index, { middleware }] of steps.entries()) {
    const gate = middleware === undefined ? undefined : gates.get(middleware)
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
  switch (tokenSource.kind) {
    case 'authorization':
      return 'Authorization'
    case 'header':
      return tokenSource.name
    case 'cookie':
      return 'Cookie'
  }
}

/** Names of every header that an allow of these routes may carry, each once. */
export function emittedHeaders(routes: readonly Route[]): readonly string[] {
  const names = routes.flatMap((route) => emptyIdentityHeaders(route).filter((_, index) => index % 2 === 0))
  return [...new Map(names.toReversed().map((name) => [name.toLowerCase(), name])).values()].toReversed()
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
