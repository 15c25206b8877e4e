import { corsOptions, type Plan, type PlannedRoute, WELL_KNOWN } from '../../generate/plan.ts'
import { type Document, kubernetesObject, type Value } from '../../generate/yaml-text.ts'

/** The API group of HTTPRoute. */
export const GATEWAY_GROUP = 'gateway.networking.k8s.io'

const HTTP_ROUTE = [`${GATEWAY_GROUP}/v1`, 'HTTPRoute'] as const

/** How HTTPRoutes are written for one implementation. */
interface Dialect {
  /** The listener, unless the options name it. */
  readonly listener: (of: PlannedRoute | Plan) => string
  /** What else a rule for a service has. */
  readonly rule: { readonly [key: string]: Value }
  /** Between client and forwardgate. */
  readonly openFilters: readonly Value[]
}

const OF_ENVOY: Dialect = {
  listener: ({ tls }) => (tls ? 'https' : 'http'),
  // A stream of events has no end.
  rule: { timeouts: { request: '0s' } },
  // The client's own would choose the document.
  openFilters: removal(['X-Forwarded-Host']),
}

/** The HTTPRoutes of a route, one for each host, with these filters between client and service. */
export function protectedHttpRoutes(
  comment: string,
  route: PlannedRoute,
  plan: Plan,
  filters: readonly Value[],
  { listener, rule } = OF_ENVOY,
): readonly Document[] {
  return [...Map.groupBy(route.places, ({ host }) => host)].map(([host, places]) =>
    kubernetesObject(comment, ...HTTP_ROUTE, places[0]?.name ?? route.name, plan.deployment.namespace, {
      ...parentOf(listener(route), plan),
      hostnames: [host],
      rules: [
        {
          matches: places.map(({ path }) => ({ path: { type: 'PathPrefix', value: path || '/' } })),
          ...(filters.length === 0 ? {} : { filters }),
          backendRefs: [{ name: route.backend.host, port: route.backend.port }],
          ...rule,
        },
      ],
    }),
  )
}

/** Names of the HTTPRoutes of a route. */
export function httpRouteNames(route: PlannedRoute): readonly string[] {
  return [...Map.groupBy(route.places, ({ host }) => host).values()].map(([place]) => place?.name ?? route.name)
}

/** What is said of the way to the metadata. */
export const ABOUT_WELL_KNOWN = 'Where clients learn which issuer to use: never behind auth.'

/** The way to the metadata, unless another file has it. */
export function openHttpRoutes(plan: Plan, { listener, openFilters } = OF_ENVOY): readonly Document[] {
  const { gate, wellKnown } = plan.deployment
  if (!wellKnown) return []
  const registration = plan.registrationPaths.map((path) => ({ path: { type: 'Exact', value: path } }))
  return [
    kubernetesObject(ABOUT_WELL_KNOWN, ...HTTP_ROUTE, plan.wellKnownName, gate.namespace, {
      ...parentOf(listener(plan), plan),
      hostnames: plan.hosts,
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: WELL_KNOWN } }, ...registration],
          ...(openFilters.length === 0 ? {} : { filters: openFilters }),
          backendRefs: [{ name: gate.service, port: gate.port }],
        },
      ],
    }),
  ]
}

/** A filter that removes fields of the client's request; none for none. */
export function removal(fields: readonly string[]): readonly Value[] {
  return fields.length === 0 ? [] : [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: fields } }]
}

/** Lets objects of this kind beside the services refer to forwardgate in its own namespace; none if it is the same one. */
export function gateGrant(group: string, kind: string, plan: Plan): readonly Document[] {
  const { gate, namespace } = plan.deployment
  if (gate.namespace === namespace) return []
  const comment = `Lets every ${kind} of the namespace ${namespace} ask forwardgate.`
  const name = `forwardgate-from-${namespace}`.slice(0, 63)
  return [
    kubernetesObject(comment, `${GATEWAY_GROUP}/v1beta1`, 'ReferenceGrant', name, gate.namespace, {
      from: [{ group, kind, namespace }],
      to: [{ group: '', kind: 'Service', name: gate.service }],
    }),
  ]
}

/** forwardgate as objects beside the services refer to it. */
export function gateRef({ deployment: { gate, namespace } }: Plan): Value {
  const elsewhere = gate.namespace === namespace ? {} : { namespace: gate.namespace }
  return { name: gate.service, ...elsewhere, port: gate.port }
}

/** CORS for these origins, but for how long a preflight holds. */
export function corsOf(origins: readonly string[]) {
  const options = corsOptions(origins)
  return {
    allowOrigins: origins,
    allowMethods: options.accessControlAllowMethods,
    allowHeaders: options.accessControlAllowHeaders,
    exposeHeaders: options.accessControlExposeHeaders,
  }
}

/** The fields that decisions on a route read, for lists that know no prefixes: Envoy sends no others. */
export function listedFields({ fields }: PlannedRoute): readonly string[] {
  return [...fields.names, ...WEBSOCKET_FIELDS]
}

/** All that there are (RFC 6455 §11.3): none may come on a route with mcp. */
const WEBSOCKET_FIELDS: readonly string[] = ['key', 'version', 'protocol', 'extensions', 'accept'].map(
  (name) => `sec-websocket-${name}`,
)

function parentOf(usual: string, { deployment: { gateway } }: Plan): { readonly parentRefs: Value } {
  const { name, namespace, listener = usual } = gateway
  return { parentRefs: [{ name, namespace, sectionName: listener }] }
}
