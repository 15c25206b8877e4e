import { corsOptions, type Plan, type PlannedRoute } from '../../generate/plan.ts'
import { type Document, kubernetesObject } from '../../generate/yaml-text.ts'
import {
  corsOf,
  GATEWAY_GROUP,
  gateGrant,
  gateRef,
  httpRouteNames,
  listedFields,
  openHttpRoutes,
  protectedHttpRoutes,
  removal,
} from '../gateway-api/http-routes.ts'

const GROUP = 'gateway.envoyproxy.io'

/** HTTPRoutes, a SecurityPolicy for each route, and a ClientTrafficPolicy for the Gateway. */
export function envoyGatewayObjects(plan: Plan): readonly Document[] {
  const documents = plan.routes.flatMap((route) => [
    ...protectedHttpRoutes(ABOUT_ROUTE, route, plan, removal(route.removedFields)),
    securityPolicy(route, plan),
  ])
  return [trafficPolicy(plan), ...documents, ...gateGrant(GROUP, 'SecurityPolicy', plan), ...openHttpRoutes(plan)]
}

const ABOUT_ROUTE = 'The SecurityPolicy below refers to it by name: without that, it is open.'

const ABOUT_POLICY = `headersToExtAuth are all the fields that a decision reads: a rule on one that is missing never fires.
headersToBackend are exactly what an allow carries: they overwrite the client's copies.
A 5xx of forwardgate reaches clients as 403: Envoy Gateway has no setting for it here.`

const ABOUT_CLIENTS = `One for the whole Gateway; merge it into yours if there is one.
No header reaches forwardgate or a service by a second spelling, and both see the same path.`

function trafficPolicy({ wellKnownName, deployment: { gateway } }: Plan): Document {
  const { name, namespace } = gateway
  return kubernetesObject(ABOUT_CLIENTS, `${GROUP}/v1alpha1`, 'ClientTrafficPolicy', wellKnownName, namespace, {
    targetRefs: [{ group: GATEWAY_GROUP, kind: 'Gateway', name }],
    headers: { withUnderscoresAction: 'RejectRequest' },
    path: { escapedSlashesAction: 'RejectRequest', disableMergeSlashes: false },
  })
}

function securityPolicy(route: PlannedRoute, plan: Plan): Document {
  const { name, identityHeaders, maxBodySize, origins } = route
  return kubernetesObject(ABOUT_POLICY, `${GROUP}/v1alpha1`, 'SecurityPolicy', name, plan.deployment.namespace, {
    targetRefs: httpRouteNames(route).map((target) => ({ group: GATEWAY_GROUP, kind: 'HTTPRoute', name: target })),
    ...(origins === undefined
      ? {}
      : { cors: { ...corsOf(origins), maxAge: `${corsOptions(origins).accessControlMaxAge}s` } }),
    extAuth: {
      failOpen: false,
      recomputeRoute: false,
      timeout: '5s',
      headersToExtAuth: listedFields(route),
      // One byte more than forwardgate reads, so that it is forwardgate that refuses, with its reason.
      ...(maxBodySize === undefined ? {} : { bodyToExtAuth: { maxRequestBytes: maxBodySize + 1 } }),
      http: {
        backendRefs: [gateRef(plan)],
        path: `/ext_authz/${name}`,
        headersToBackend: identityHeaders,
      },
    },
  })
}
