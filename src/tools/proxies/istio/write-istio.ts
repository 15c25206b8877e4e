import { type Place, type Plan, type PlannedRoute, WELL_KNOWN } from '../../generate/plan.ts'
import { type Document, kubernetesObject, type Value } from '../../generate/yaml-text.ts'
import { ANSWER_FIELDS } from '../envoy/envoy-fields.ts'
import { GATEWAY_GROUP, openHttpRoutes, protectedHttpRoutes, removal } from '../gateway-api/http-routes.ts'

/** The mesh configuration with an extension provider for each route, HTTPRoutes, and an AuthorizationPolicy for each route. */
export function istioObjects(plan: Plan): readonly Document[] {
  const documents = plan.routes.flatMap((planned) => [
    ...protectedHttpRoutes(ABOUT_ROUTE, planned, plan, removal(planned.removedFields)),
    authorizationPolicy(planned, plan),
  ])
  return [meshConfiguration(plan), connectionManager(plan), ...documents, ...openHttpRoutes(plan)]
}

const ABOUT_MESH = `For istioctl install -f; with Helm, write spec.meshConfig as meshConfig of istiod, and spec.values.pilot as its pilot.
Lists are replaced, not merged: add your own extensionProviders.
includeRequestHeadersInCheck are all the fields that a decision reads: a rule on one that is missing never fires.
headersToUpstreamOnAllow are exactly what an allow carries: they overwrite the client's copies.
A 5xx of forwardgate reaches clients as 503 without Retry-After.`

const ABOUT_ROUTE = `The AuthorizationPolicy below names host and path: what it does not name is open.
For pages of another origin let the service answer preflights (preflight: pass).`

const ABOUT_POLICY = 'In the namespace of the Gateway.'

const ABOUT_MANAGER =
  'No header reaches forwardgate or a service by a second spelling, and no path has an escaped slash.'

function meshConfiguration(plan: Plan): Document {
  // Without it, Istio knows one provider a workload, and refuses everything if there are more.
  const several = { values: { pilot: { env: { PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: 'true' } } } }
  const extensionProviders = plan.routes.map((route) => ({
    name: providerName(route),
    envoyExtAuthzHttp: provider(route, plan),
  }))
  const comment =
    plan.routes.length === 1
      ? ABOUT_MESH
      : `${ABOUT_MESH}\nSeveral providers on one Gateway need Istio 1.29; older ones refuse every request.`
  return kubernetesObject(comment, 'install.istio.io/v1alpha1', 'IstioOperator', 'forwardgate', 'istio-system', {
    meshConfig: { pathNormalization: { normalization: 'MERGE_SLASHES' }, extensionProviders },
    ...(plan.routes.length === 1 ? {} : several),
  })
}

function providerName({ name }: PlannedRoute): string {
  return `forwardgate-${name}`
}

function provider({ name, identityHeaders, maxBodySize, fields }: PlannedRoute, { deployment }: Plan): Value {
  const { gate } = deployment
  const { names, prefixes } = fields
  // One byte more than forwardgate reads, so that it is forwardgate that refuses, with its reason.
  const body = (bytes: number) => ({ maxRequestBytes: bytes + 1, allowPartialMessage: false, packAsBytes: false })
  return {
    service: `${gate.service}.${gate.namespace}.svc.cluster.local`,
    port: gate.port,
    pathPrefix: `/ext_authz/${name}`,
    timeout: '5s',
    failOpen: false,
    statusOnError: '503',
    includeRequestHeadersInCheck: [...names, ...prefixes.map((prefix) => `${prefix}*`)],
    headersToUpstreamOnAllow: identityHeaders.map((header) => header.toLowerCase()),
    headersToDownstreamOnDeny: ANSWER_FIELDS,
    headersToDownstreamOnAllow: ['dpop-nonce'],
    ...(maxBodySize === undefined ? {} : { includeRequestBodyInCheck: body(maxBodySize) }),
  }
}

const HCM = 'envoy.filters.network.http_connection_manager'

function connectionManager({ wellKnownName, deployment: { gateway } }: Plan): Document {
  const { name, namespace } = gateway
  const value = {
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      path_with_escaped_slashes_action: 'REJECT_REQUEST',
      common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' },
    },
  }
  return kubernetesObject(ABOUT_MANAGER, 'networking.istio.io/v1alpha3', 'EnvoyFilter', wellKnownName, namespace, {
    targetRefs: [{ group: GATEWAY_GROUP, kind: 'Gateway', name }],
    configPatches: [
      {
        applyTo: 'NETWORK_FILTER',
        match: { context: 'GATEWAY', listener: { filterChain: { filter: { name: HCM } } } },
        patch: { operation: 'MERGE', value },
      },
    ],
  })
}

/** Every place of the route, without what belongs to a route further inside, and without what is open. */
function authorizationPolicy(planned: PlannedRoute, plan: Plan): Document {
  const { gateway } = plan.deployment
  const others = plan.routes.flatMap(({ name, places }) => (name === planned.name ? [] : places))
  const name = providerName(planned)
  return kubernetesObject(ABOUT_POLICY, 'security.istio.io/v1', 'AuthorizationPolicy', name, gateway.namespace, {
    targetRefs: [{ group: GATEWAY_GROUP, kind: 'Gateway', name: gateway.name }],
    action: 'CUSTOM',
    provider: { name },
    rules: [{ to: planned.places.map((place) => ({ operation: operation(place, others, plan) })) }],
  })
}

function operation(place: Place, others: readonly Place[], { hosts, registrationPaths }: Plan): Value {
  const { host, path } = place
  const inner = others.filter((other) => other.host === host && other.path.startsWith(`${path}/`))
  // On a host of `match` alone these lead to the service, not to forwardgate.
  const answered = hosts.includes(host) ? [WELL_KNOWN, `${WELL_KNOWN}/*`, ...registrationPaths] : []
  const open = answered.filter((text) => text.startsWith(`${path}/`))
  const notPaths = [...inner.flatMap((other) => below(other.path)), ...open]
  return { hosts: [host, `${host}:*`], paths: below(path), ...(notPaths.length === 0 ? {} : { notPaths }) }
}

function below(path: string): readonly string[] {
  return path === '' ? ['/*'] : [path, `${path}/*`]
}
