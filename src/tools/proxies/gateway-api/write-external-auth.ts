import { corsOptions, type Plan, type PlannedRoute } from '../../generate/plan.ts'
import type { Document, Value } from '../../generate/yaml-text.ts'
import {
  corsOf,
  GATEWAY_GROUP,
  gateGrant,
  gateRef,
  listedFields,
  openHttpRoutes,
  protectedHttpRoutes,
  removal,
} from './http-routes.ts'

/** HTTPRoutes of the Gateway API with its own filter `ExternalAuth` (GEP-1494), which asks as Envoy does. */
export function externalAuthRoutes(plan: Plan): readonly Document[] {
  const documents = plan.routes.flatMap((route) =>
    protectedHttpRoutes(ABOUT, route, plan, [
      ...cors(route),
      externalAuth(route, plan),
      ...removal(route.removedFields),
    ]),
  )
  return [...documents, ...gateGrant(GATEWAY_GROUP, 'HTTPRoute', plan), ...openHttpRoutes(plan)]
}

const ABOUT = `ExternalAuth is experimental (Gateway API 1.4 and newer, the experimental channel).
allowedHeaders are all the fields that a decision reads: a rule on one that is missing never fires.
allowedResponseHeaders are exactly what an allow carries: they overwrite the client's copies. An empty list would copy everything.
The filter has no words for these, so set them for the Gateway as your implementation offers it:
names with underscores refused, paths normalised, escaped slashes refused.`

function externalAuth(route: PlannedRoute, plan: Plan): Value {
  const { name, identityHeaders, maxBodySize } = route
  return {
    type: 'ExternalAuth',
    externalAuth: {
      protocol: 'HTTP',
      backendRef: gateRef(plan),
      http: {
        path: `/ext_authz/${name}`,
        allowedHeaders: listedFields(route),
        allowedResponseHeaders: identityHeaders,
      },
      // One byte more than forwardgate reads, so that it is forwardgate that refuses, with its reason.
      ...(maxBodySize === undefined ? {} : { forwardBody: { maxSize: maxBodySize + 1 } }),
    },
  }
}

function cors({ origins }: PlannedRoute): readonly Value[] {
  if (origins === undefined) return []
  return [{ type: 'CORS', cors: { ...corsOf(origins), maxAge: corsOptions(origins).accessControlMaxAge } }]
}
