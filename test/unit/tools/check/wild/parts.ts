/** Manifests as people write them, and what is found in them. */
export interface InTheWild {
  readonly name: string
  /** Beside `PROTECTED`, or in place of it. */
  readonly beside?: string
  readonly alone?: string
  /** As `id severity`; empty: nothing. */
  readonly found: readonly string[]
}

/** The options of a good gate beside its address. */
export const FORWARD_AUTH = `trustForwardHeader: false, maxResponseBodySize: 16384, authResponseHeaders: [X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes]`
/** A good gate. */
export const GATE = `{ forwardAuth: { address: "http://forwardgate.auth.svc:8080/verify/app", ${FORWARD_AUTH} } }`
/** The rule of the protected router. */
export const RULE = 'Host(`api.example.com`) && (Path(`/app`) || PathPrefix(`/app/`))'
/** The rule of the open one. */
export const METADATA = 'Host(`api.example.com`) && PathPrefix(`/.well-known/oauth-protected-resource`)'

/** An object of Traefik. */
export function crd(kind: string, name: string, namespace: string, spec: string, more = ''): string {
  const place = namespace === '' ? '' : `, namespace: ${namespace}`
  return `---\napiVersion: traefik.io/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name}${place}${more} }\nspec: ${spec}\n`
}

/** The spec of an IngressRoute with one route. */
export function route(match: string, more = ''): string {
  return `{ routes: [{ match: "${match}", services: [{ name: app, port: 80 }]${more} }] }`
}

/** The open router for the metadata. */
export const METADATA_ROUTE = crd(
  'IngressRoute',
  'metadata',
  'auth',
  `{ routes: [{ match: "${METADATA}", services: [{ name: forwardgate, port: 8080 }] }] }`,
)

/** A gate, a protected router and the open one for the metadata. */
export const PROTECTED = `${crd('Middleware', 'gate', 'mcp', GATE)}${crd('IngressRoute', 'app', 'mcp', route(RULE, ', middlewares: [{ name: gate }]'))}${METADATA_ROUTE}`

/** An Ingress for the whole host. */
export function ingress(spec: string, annotations = ''): string {
  return `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: other, namespace: web, annotations: {${annotations}} }
spec: { ${spec}rules: [{ host: api.example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }
`
}

/** An IngressClass. */
export const INGRESS_CLASS = (name: string, controller: string) =>
  `---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: { name: ${name} }\nspec: { controller: ${controller} }\n`

/** An HTTPRoute for the whole host. */
export function httpRoute(parents: string): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: other, namespace: web }
spec: { ${parents}hostnames: [api.example.com], rules: [{ backendRefs: [{ name: web, port: 80 }] }] }
`
}

/** A Gateway, and its class. */
export function gateway(className: string, controller?: string): string {
  const own = `---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: { name: outer, namespace: infra }\nspec: { gatewayClassName: ${className}, listeners: [] }\n`
  if (controller === undefined) return own
  return `${own}---\napiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: { name: ${className} }\nspec: { controllerName: ${controller} }\n`
}

/** Its Gateway. */
export const PARENTS = 'parentRefs: [{ name: outer, namespace: infra }], '
/** What is found of an open router that is not the first. */
export const OPEN = 'protected-path-open warning'
/** A rule for the whole host. */
export const CATCH_ALL = 'Host(`api.example.com`)'
