import type { Route } from '../../../config/model.ts'
import { fieldsReadOn } from '../../../decision/fields-read.ts'
import { type Plan, type PlannedRoute, WELL_KNOWN } from '../../generate/plan.ts'
import type { Document, Value } from '../../generate/yaml-text.ts'
import { kubernetesObject } from '../kubernetes-object.ts'

/** The API group of HTTPRoute. */
export const GATEWAY_GROUP = 'gateway.networking.k8s.io'

const HTTP_ROUTE = [`${GATEWAY_GROUP}/v1`, 'HTTPRoute'] as const

/** The HTTPRoutes of a route, one for each host, with these filters between client and service. */
export function protectedHttpRoutes(
  comment: string,
  route: PlannedRoute,
  plan: Plan,
  filters: readonly Value[],
): readonly Document[] {
  return [...Map.groupBy(route.places, ({ host }) => host)].map(([host, places]) =>
    kubernetesObject(comment, ...HTTP_ROUTE, places[0]?.name ?? route.name, plan.deployment.namespace, {
      ...parentOf(route.tls, plan),
      hostnames: [host],
      rules: [
        {
          matches: places.map(({ path }) => ({ path: { type: 'PathPrefix', value: path || '/' } })),
          ...(filters.length === 0 ? {} : { filters }),
          backendRefs: [{ name: route.backend.host, port: route.backend.port }],
          // A stream of events has no end.
          timeouts: { request: '0s' },
        },
      ],
    }),
  )
}

/** Names of the HTTPRoutes of a route. */
export function httpRouteNames(route: PlannedRoute): readonly string[] {
  return [...Map.groupBy(route.places, ({ host }) => host).values()].map(([place]) => place?.name ?? route.name)
}

/** The way to the metadata, unless another file has it; without the client's X-Forwarded-Host, which would choose the document. */
export function openHttpRoutes(plan: Plan): readonly Document[] {
  const { gate, wellKnown } = plan.deployment
  if (!wellKnown) return []
  const comment = 'Where clients learn which issuer to use: never behind auth.'
  const registration = plan.registrationPaths.map((path) => ({ path: { type: 'Exact', value: path } }))
  return [
    kubernetesObject(comment, ...HTTP_ROUTE, plan.wellKnownName, gate.namespace, {
      ...parentOf(plan.tls, plan),
      hostnames: plan.hosts,
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: WELL_KNOWN } }, ...registration],
          filters: removal(['X-Forwarded-Host']),
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

/** The fields that decisions on a route read, for lists that know no prefixes: Envoy sends no others. */
export function listedFields(route: Route | undefined): readonly string[] {
  return [...fieldsReadOn(route === undefined ? [] : [route]).names, ...WEBSOCKET_FIELDS]
}

/** All that there are (RFC 6455 §11.3): none may come on a route with mcp. */
const WEBSOCKET_FIELDS: readonly string[] = ['key', 'version', 'protocol', 'extensions', 'accept'].map(
  (name) => `sec-websocket-${name}`,
)

function parentOf(tls: boolean, { deployment: { gateway } }: Plan): { readonly parentRefs: Value } {
  const { name, namespace, listener = tls ? 'https' : 'http' } = gateway
  return { parentRefs: [{ name, namespace, sectionName: listener }] }
}
