import { parse, parseAllDocuments } from 'yaml'

/** One router of the manifests. */
export interface ManifestRoute {
  readonly rule: string
  readonly priority: number | undefined
  /** In the order in which they act. */
  readonly middlewares: readonly ManifestMiddleware[]
  readonly service: string
}

/** A Middleware and what it does, as Traefik's own file provider would have it. */
interface ManifestMiddleware {
  readonly name: string
  readonly spec: MiddlewareSpec
}

/** The kinds of Middleware that the examples use. */
export interface MiddlewareSpec {
  readonly forwardAuth?: { readonly address: string; readonly authResponseHeaders: readonly string[] }
  readonly stripPrefix?: { readonly prefixes: readonly string[] }
  readonly headers?: Readonly<Record<string, unknown>>
}

/** What a file for Traefik's file provider says. */
export interface DynamicFile {
  readonly http: {
    readonly routers: Readonly<Record<string, FileRouter>>
    readonly middlewares: Readonly<Record<string, MiddlewareSpec>>
    readonly services: Readonly<Record<string, { readonly loadBalancer: { readonly servers: readonly Server[] } }>>
  }
  /** The origin of each service. */
  readonly origins: Readonly<Record<string, string>>
}

interface FileRouter {
  readonly rule: string
  readonly priority?: number
  readonly middlewares?: readonly string[]
  readonly service: string
}

interface Server {
  readonly url: string
}

/** A file for Traefik's file provider; undefined where the text is manifests of Kubernetes. */
export function readDynamicFile(text: string): DynamicFile | undefined {
  if (!/^http:/m.test(text)) return undefined
  const { http }: DynamicFile = parse(text)
  const services = Object.entries(http.services)
  const origins = services.map(([name, { loadBalancer }]) => [name, loadBalancer.servers[0]?.url ?? ''])
  return { http, origins: Object.fromEntries(origins) }
}

/**
 * The routers of an example's manifests, most specific first: what a scenario's proxy runs is what a user
 * applies. A Middleware of another kind than those above is a mistake in the example.
 */
export function readManifestRoutes(text: string): readonly ManifestRoute[] {
  const file = readDynamicFile(text)
  if (file !== undefined) return byPriority(Object.values(file.http.routers).map((router) => inFile(file, router)))
  const objects = parseAllDocuments(text).map((document): ManifestObject => document.toJS())
  const middlewares = new Map(
    objects.filter(({ kind }) => kind === 'Middleware').map(({ metadata, spec }) => [metadata.name, spec]),
  )
  const named = (name: string): ManifestMiddleware => {
    const spec = middlewares.get(name)
    if (spec === undefined) throw new Error(`there is no Middleware ${name}`)
    const [kind = ''] = Object.keys(spec)
    if (!['forwardAuth', 'stripPrefix', 'headers'].includes(kind)) throw new Error(`${name} is a ${kind}`)
    return { name, spec }
  }
  const routes = objects
    .flatMap(({ kind, spec }) => (kind === 'IngressRoute' ? (spec.routes ?? []) : []))
    .map(({ match, priority, middlewares: uses = [], services: [service] }) => ({
      rule: match,
      priority,
      middlewares: uses.map(({ name }) => named(name)),
      service: service?.name ?? '',
    }))
  return byPriority(routes)
}

function byPriority(routes: readonly ManifestRoute[]): readonly ManifestRoute[] {
  return routes.toSorted((a, b) => (b.priority ?? b.rule.length) - (a.priority ?? a.rule.length))
}

function inFile({ http }: DynamicFile, { rule, priority, middlewares = [], service }: FileRouter): ManifestRoute {
  const named = (name: string) => ({ name, spec: http.middlewares[name] ?? {} })
  return { rule, priority, middlewares: middlewares.map(named), service }
}

interface ManifestObject {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: MiddlewareSpec & {
    readonly routes?: readonly {
      readonly match: string
      readonly priority?: number
      readonly middlewares?: readonly { readonly name: string }[]
      readonly services: readonly { readonly name: string }[]
    }[]
  }
}
