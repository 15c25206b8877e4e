import { proxyBodySize } from '../../config/mcp-body-size.ts'
import type { Config, Route } from '../../config/model.ts'
import { type FieldsRead, fieldsReadOn } from '../../decision/fields-read.ts'
import { registrationPaths } from '../../documents/registration.ts'
import { distinctBy } from '../frame/distinct.ts'
import { emittedHeaders, removedFields } from '../proxies/traefik/gate-middleware.ts'
import type { Backend } from './backend.ts'

/** Where a route and forwardgate run, as the options say. */
export interface Deployment {
  /** Namespace of the protected service. */
  readonly namespace: string
  /** The protected service; undefined: named as its route. */
  readonly service: string | undefined
  readonly port: number
  /** The backends of single routes, which beat the two above. */
  readonly backends?: ReadonlyMap<string, Backend>
  /** Undefined: `websecure` for https, `web` for http. */
  readonly entryPoint: string | undefined
  readonly gateway: Gateway
  /** Whether the way to the metadata is written, too. Two owners of one object overwrite each other. */
  readonly wellKnown: boolean
  readonly gate: { readonly service: string; readonly namespace: string; readonly port: number }
}

/** The Gateway that an HTTPRoute belongs to. */
export interface Gateway {
  readonly namespace: string
  readonly name: string
  /** Undefined: named as the entry point. Without one, the route would be served on every listener, plain HTTP too. */
  readonly listener: string | undefined
}

/** One place where a route is served. */
export interface Place {
  /** Unique among all places: that of the route for the first one. */
  readonly name: string
  readonly host: string
  /** Without a trailing slash; empty for the root. */
  readonly path: string
  readonly rule: string
}

/** Everything that the proxy must know of one route. */
export interface PlannedRoute {
  readonly name: string
  readonly backend: Backend
  readonly entryPoint: string
  readonly tls: boolean
  readonly places: readonly Place[]
  /** Exactly what an allow carries: the client's copies of these must be overwritten. */
  readonly identityHeaders: readonly string[]
  /** Fields of the client that are for forwardgate alone, and that no allow carries. */
  readonly removedFields: readonly string[]
  /** For a CORS middleware in front; undefined if the route has no origins. */
  readonly origins: readonly string[] | undefined
  /** Whether the token is for forwardgate alone. */
  readonly hidesToken: boolean
  /** Whether answers may carry a nonce for the client's next proof. */
  readonly nonces: boolean
  /** Of a route that looks at bodies; undefined: it must not get them. */
  readonly maxBodySize: number | undefined
  /** What decisions on it read, for proxies that send listed fields only. */
  readonly fields: FieldsRead
}

/** The routes, and the hosts on which clients must reach forwardgate itself. */
export interface Plan {
  readonly routes: readonly PlannedRoute[]
  /** Of the router for the metadata; no route and no place has it. */
  readonly wellKnownName: string
  readonly hosts: readonly string[]
  /** Where clients register, in addition to reading metadata. */
  readonly registrationPaths: readonly string[]
  readonly entryPoint: string
  readonly tls: boolean
  /** Of all routes. */
  readonly fields: FieldsRead
  readonly deployment: Deployment
}

/** Where clients read metadata. */
export const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** The options of every forwardAuth middleware in addition to its address. Never authRequestHeaders: it would hide what is judged. */
export function forwardAuthOptions(route: PlannedRoute, address: string) {
  return {
    address: `${address}/verify/${route.name}`,
    trustForwardHeader: false,
    // Traefik removes the client's copy of each that the answer lacks.
    authResponseHeaders: [...route.identityHeaders, ...route.removedFields],
    maxResponseBodySize: 16_384,
    ...(route.maxBodySize === undefined ? {} : { forwardBody: true, maxBodySize: proxyBodySize(route.maxBodySize) }),
  }
}

/** Answers preflights, and lets pages read the challenge. */
export function corsOptions(origins: readonly string[]) {
  return {
    accessControlAllowOriginList: origins,
    accessControlAllowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    accessControlAllowHeaders: [
      'Authorization',
      'DPoP',
      'Content-Type',
      'Accept',
      'Mcp-Session-Id',
      'MCP-Protocol-Version',
      'Mcp-Method',
      'Mcp-Name',
      'Last-Event-ID',
      // For Mcp-Param-…, whose names are those of the tools. It never covers Authorization.
      '*',
    ],
    accessControlExposeHeaders: ['WWW-Authenticate', 'DPoP-Nonce', 'Mcp-Session-Id', 'X-Forwardgate-Reason'],
    accessControlMaxAge: 600,
    addVaryHeader: true,
  }
}

/** Every host of a plan. */
export function hostsOf({ hosts, routes }: Plan): readonly string[] {
  return [...new Set([...hosts, ...routes.flatMap(({ places }) => places.map(({ host }) => host))])]
}

/** The places on a host, inner paths before outer ones: the first that fits wins. */
export function placesOn({ routes }: Plan, host: string) {
  const places = routes.flatMap((route) => route.places.map((place) => ({ route, place })))
  const own = places.filter(({ place }) => place.host === host)
  return own.toSorted((one, other) => other.place.path.length - one.place.path.length)
}

/** What is said of a route with `mcp` to a proxy that has no body for it. */
export function aboutMcp(proxy: string): string {
  return `# ${proxy} sends no body with its question: forwardgate cannot judge calls of this route, and refuses every POST
# (mcp_request_invalid). Put Traefik or Envoy in front of it, or remove mcp from the route.`
}

/** Names of the middlewares of a route, from the outside in. */
export function middlewareNames({ name, origins }: PlannedRoute): readonly string[] {
  return [...(origins === undefined ? [] : [`${name}-cors`]), `${name}-auth`]
}

/** The rule for requests that forwardgate answers itself. */
export function wellKnownRule({ hosts, registrationPaths }: Plan): string {
  const paths = registrationPaths.map((path) => `Path(${literal(path)})`)
  return `${anyOf(hosts.map((host) => `Host(${literal(host)})`))} && ${anyOf([`PathPrefix(${literal(WELL_KNOWN)})`, ...paths])}`
}

function anyOf(rules: readonly string[]): string {
  return rules.length === 1 ? rules.join('') : `(${rules.join(' || ')})`
}

/** What has to be written for these routes of a configuration. */
export function planRoutes(routes: Config['routes'], deployment: Deployment): Plan {
  const names = new Set(routes.map(({ name }) => name))
  const planned = routes.map((route) => planRoute(route, deployment, names))
  const tls = planned.some((route) => route.tls)
  return {
    routes: planned,
    wellKnownName: claimName('forwardgate-well-known', names),
    hosts: [...new Set(routes.flatMap(({ resources }) => resources.map(({ hostname }) => hostname)))],
    registrationPaths: [...new Set(routes.flatMap(registrationPathsOf))],
    entryPoint: deployment.entryPoint ?? (tls ? 'websecure' : 'web'),
    tls,
    fields: fieldsReadOn(routes),
    deployment,
  }
}

function registrationPathsOf({ accept }: Route): readonly string[] {
  return accept.flatMap(({ advertise, issuer }) => (advertise ? registrationPaths(issuer) : []))
}

function planRoute(route: Route, deployment: Deployment, names: Set<string>): PlannedRoute {
  const { service, port, entryPoint, backends } = deployment
  const tls = route.resources.some(({ origin }) => origin.startsWith('https:'))
  return {
    name: route.name,
    backend: backends?.get(route.name) ?? { scheme: 'http', host: service ?? route.name, port },
    entryPoint: entryPoint ?? (tls ? 'websecure' : 'web'),
    tls,
    places: placesOf(route).map(([host, path], index) => ({
      name: index === 0 ? route.name : claimName(`${route.name}-${index + 1}`, names),
      host,
      path,
      rule: ruleFor(host, path),
    })),
    identityHeaders: emittedHeaders([route]),
    removedFields: removedFields([route]),
    origins: route.preflight === 'pass' ? undefined : route.origins,
    hidesToken: route.upstreamAuthorization.kind === 'strip',
    nonces: route.dpop.mode !== 'off' && route.dpop.nonceSecret !== undefined,
    maxBodySize: route.mcp?.maxBodySize,
    fields: fieldsReadOn([route]),
  }
}

/** The name, or the next one that is free: a route may be called as another one's second place. */
export function claimName(name: string, taken: Set<string>): string {
  const free = taken.has(name) ? claimName(`${name}-x`, taken) : name
  taken.add(free)
  return free
}

/** The resources; or hosts and paths of `match` if it says something else. */
function placesOf({ resources, match }: Route): readonly (readonly [host: string, path: string])[] {
  const own = resources.map(({ hostname, path }) => [hostname, path] as const)
  const isDerived = [match.hosts, match.paths].every((texts, index) => {
    const derived = new Set(own.map((place) => place[index]))
    return derived.symmetricDifference(new Set(texts)).size === 0
  })
  const places = isDerived ? own : match.hosts.flatMap((host) => match.paths.map((path) => [host, path] as const))
  return distinctBy(places, (place) => place.join(''))
}

/** By whole segments; one rule for each place, so that of two nested ones the inner has the longer rule and wins. */
function ruleFor(host: string, path: string): string {
  const rule = `Host(${literal(host)})`
  return path === '' ? rule : `${rule} && (Path(${literal(path)}) || PathPrefix(${literal(`${path}/`)}))`
}

function literal(text: string): string {
  return text.includes('`') ? JSON.stringify(text) : `\`${text}\``
}
