import { parseAllDocuments } from 'yaml'

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

/**
 * The routers of an example's Kubernetes manifests, most specific first: what a scenario's proxy runs is what a user
 * applies. A Middleware of another kind than those above is a mistake in the example.
 */
export function readManifestRoutes(text: string): readonly ManifestRoute[] {
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
  return objects
    .flatMap(({ kind, spec }) => (kind === 'IngressRoute' ? (spec.routes ?? []) : []))
    .map(({ match, priority, middlewares: uses = [], services: [service] }) => ({
      rule: match,
      priority,
      middlewares: uses.map(({ name }) => named(name)),
      service: service?.name ?? '',
    }))
    .sort((a, b) => (b.priority ?? b.rule.length) - (a.priority ?? a.rule.length))
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
