import type { Route } from '../../../config/model.ts'
import { corsOptions, type Plan, type PlannedRoute } from '../../generate/plan.ts'
import type { Document, Value } from '../../generate/yaml-text.ts'
import {
  GATEWAY_GROUP,
  gateGrant,
  httpRouteNames,
  listedFields,
  openHttpRoutes,
  protectedHttpRoutes,
  removal,
} from '../gateway-api/http-routes.ts'
import { kubernetesObject } from '../kubernetes-object.ts'

const GROUP = 'gateway.envoyproxy.io'

/** HTTPRoutes, a SecurityPolicy for each route, and a ClientTrafficPolicy for the Gateway. */
export function envoyGatewayObjects(plan: Plan, routes: readonly Route[]): readonly Document[] {
  const documents = plan.routes.flatMap((planned) => [
    ...protectedHttpRoutes(ABOUT_ROUTE, planned, plan, removal(planned.removedFields)),
    securityPolicy(
      planned,
      routes.find(({ name }) => name === planned.name),
      plan,
    ),
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

function securityPolicy(planned: PlannedRoute, route: Route | undefined, plan: Plan): Document {
  const { gate, namespace } = plan.deployment
  const { name, identityHeaders, maxBodySize, origins } = planned
  return kubernetesObject(ABOUT_POLICY, `${GROUP}/v1alpha1`, 'SecurityPolicy', name, namespace, {
    targetRefs: httpRouteNames(planned).map((target) => ({ group: GATEWAY_GROUP, kind: 'HTTPRoute', name: target })),
    ...(origins === undefined ? {} : { cors: cors(origins) }),
    extAuth: {
      failOpen: false,
      recomputeRoute: false,
      timeout: '5s',
      headersToExtAuth: listedFields(route),
      // One byte more than forwardgate reads, so that it is forwardgate that refuses, with its reason.
      ...(maxBodySize === undefined ? {} : { bodyToExtAuth: { maxRequestBytes: maxBodySize + 1 } }),
      http: {
        backendRefs: [
          {
            name: gate.service,
            ...(gate.namespace === namespace ? {} : { namespace: gate.namespace }),
            port: gate.port,
          },
        ],
        path: `/ext_authz/${name}`,
        headersToBackend: identityHeaders,
      },
    },
  })
}

function cors(origins: readonly string[]): Value {
  const options = corsOptions(origins)
  return {
    allowOrigins: origins,
    allowMethods: options.accessControlAllowMethods,
    allowHeaders: options.accessControlAllowHeaders,
    exposeHeaders: options.accessControlExposeHeaders,
    maxAge: `${options.accessControlMaxAge}s`,
  }
}
