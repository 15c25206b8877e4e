import type { Route } from '../../config/model.ts'
import { caddyFile } from '../proxies/caddy/write-caddy.ts'
import { envoyFile } from '../proxies/envoy/write-envoy.ts'
import { envoyGatewayObjects } from '../proxies/envoy-gateway/write-envoy-gateway.ts'
import { externalAuthRoutes } from '../proxies/gateway-api/write-external-auth.ts'
import { istioObjects } from '../proxies/istio/write-istio.ts'
import { nginxFile } from '../proxies/nginx/write-nginx.ts'
import { dockerLabels, dynamicFile } from '../proxies/traefik/write-dynamic.ts'
import { httpRoutes, ingressRoutes } from '../proxies/traefik/write-kubernetes.ts'
import type { Backend } from './backend.ts'
import { type Deployment, type Gateway, type Plan, planRoutes } from './plan.ts'
import { type Document, toYaml } from './yaml-text.ts'

/** What is to be written. `routes` are those of which the plan was made. */
interface Job {
  readonly plan: Plan
  readonly routes: readonly Route[]
  /** Undefined: the proxy's own default. */
  readonly listenPort: number | undefined
}

/** The proxy's side of a configuration. */
export interface Written {
  readonly text: string
  readonly json: unknown
}

/** A way to write it. */
export interface Target {
  /** Whether names have to be those of Kubernetes objects. */
  readonly isKubernetes: boolean
  /** How services may be reached, and what to say about another way. */
  readonly schemes: readonly Backend['scheme'][]
  readonly otherwise?: string
  /** What the file is usually called. */
  readonly file: string
  readonly write: (routes: readonly Route[], deployment: Deployment, listenPort?: number) => Written
}

/** Options that not every proxy has a use for. */
export type ProxyOption =
  | 'as'
  | 'namespace'
  | 'entry-point'
  | 'gateway'
  | 'without-well-known'
  | 'gate-namespace'
  | 'listen-port'

/** A proxy for which something can be generated. */
export interface ProxyTargets {
  /** By form (`--as`); the first is the default. */
  readonly forms: ReadonlyMap<string, Target>
  readonly options: readonly ProxyOption[]
  /** The Gateway of HTTPRoutes unless given: that of the proxy's chart or tutorial. */
  readonly gateway: Gateway
}

type Reach = Pick<Target, 'schemes' | 'otherwise'>

const ANY: Reach = { schemes: ['http', 'https', 'h2c'] }
const HTTP_ROUTE: Reach = {
  schemes: ['http'],
  otherwise: 'httproute takes http only; write appProtocol in the Service',
}
const NGINX: Reach = { schemes: ['http', 'https'], otherwise: 'nginx takes http and https only' }
const ENVOY: Reach = {
  schemes: ['http'],
  otherwise: 'envoy takes http only; give its cluster a transport_socket for TLS',
}

/** Every proxy, by its name on the command line. */
export const PROXIES: ReadonlyMap<string, ProxyTargets> = new Map<string, ProxyTargets>([
  [
    'traefik',
    {
      forms: new Map([
        ['ingressroute', kubernetes('traefik', ANY, ({ plan }) => ingressRoutes(plan))],
        ['httproute', kubernetes('traefik', HTTP_ROUTE, ({ plan }) => httpRoutes(plan))],
        ['docker-labels', yaml('traefik', ANY, ({ plan }) => dockerLabels(plan))],
        ['file', yaml('traefik', ANY, ({ plan }) => dynamicFile(plan))],
      ]),
      options: ['as', 'namespace', 'entry-point', 'gateway', 'without-well-known', 'gate-namespace'],
      gateway: gatewayOf('traefik', 'traefik-gateway'),
    },
  ],
  [
    'nginx',
    single(
      ['listen-port'],
      text('nginx.conf', NGINX, (job) => nginxFile(job.plan, job.listenPort ?? 80)),
    ),
  ],
  [
    'caddy',
    single(
      ['listen-port'],
      text('Caddyfile', ANY, (job) => caddyFile(job.plan, job.listenPort)),
    ),
  ],
  [
    'envoy',
    single(
      ['listen-port'],
      yaml('envoy', ENVOY, ({ plan, routes, listenPort }) => envoyFile(plan, routes, listenPort ?? 10_000)),
    ),
  ],
  ['envoy-gateway', inCluster('envoy-gateway', 'envoy-gateway-system', envoyGatewayObjects)],
  ['istio', inCluster('istio', 'istio-ingress', istioObjects)],
  ['gateway-api', inCluster('gateway-api', 'default', externalAuthRoutes)],
])

function single(
  options: readonly ProxyOption[],
  target: Target,
  gateway = gatewayOf('default', 'gateway'),
): ProxyTargets {
  return { forms: new Map([['', target]]), options, gateway }
}

function gatewayOf(namespace: string, name: string): Gateway {
  return { namespace, name, listener: undefined }
}

function inCluster(
  name: string,
  gateways: string,
  write: (plan: Plan, routes: readonly Route[]) => readonly Document[],
): ProxyTargets {
  const target = kubernetes(name, HTTP_ROUTE, ({ plan, routes }) => write(plan, routes))
  return single(
    ['namespace', 'gateway', 'without-well-known', 'gate-namespace'],
    target,
    gatewayOf(gateways, 'gateway'),
  )
}

function kubernetes(name: string, reach: Reach, write: (job: Job) => readonly Document[]): Target {
  return { ...yaml(name, reach, write), isKubernetes: true }
}

function yaml(name: string, reach: Reach, write: (job: Job) => readonly Document[]): Target {
  return {
    isKubernetes: false,
    file: `${name}.yaml`,
    ...reach,
    write: (routes, deployment, listenPort) => {
      const documents = write({ plan: planRoutes(routes, deployment), routes, listenPort })
      return { text: toYaml(documents), json: documents.map(({ content }) => content) }
    },
  }
}

function text(file: string, reach: Reach, write: (job: Job) => string): Target {
  return {
    isKubernetes: false,
    file,
    ...reach,
    write: (routes, deployment, listenPort) => {
      const written = write({ plan: planRoutes(routes, deployment), routes, listenPort })
      return { text: written, json: { files: { [file]: written } } }
    },
  }
}
