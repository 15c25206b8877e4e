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

const IN_CLUSTER = ['namespace', 'gateway', 'without-well-known', 'gate-namespace'] as const
const OF_TRAEFIK = ['as', 'entry-point', ...IN_CLUSTER] as const
const LISTENS = ['listen-port'] as const

/** Options that not every proxy has a use for. */
export const PROXY_OPTIONS = [...OF_TRAEFIK, ...LISTENS] as const

/** A proxy for which something can be generated. */
export interface ProxyTargets {
  /** By form (`--as`); the first is the default. */
  readonly forms: ReadonlyMap<string, Target>
  readonly options: readonly (typeof PROXY_OPTIONS)[number][]
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
        ['ingressroute', target('traefik.yaml', ANY, ingressRoutes, true)],
        ['httproute', target('traefik.yaml', HTTP_ROUTE, httpRoutes, true)],
        ['docker-labels', target('traefik.yaml', ANY, dockerLabels)],
        ['file', target('traefik.yaml', ANY, dynamicFile)],
      ]),
      options: OF_TRAEFIK,
      gateway: gatewayOf('traefik', 'traefik-gateway'),
    },
  ],
  [
    'nginx',
    single(
      LISTENS,
      target('nginx.conf', NGINX, (plan, port = 80) => nginxFile(plan, port)),
    ),
  ],
  ['caddy', single(LISTENS, target('Caddyfile', ANY, caddyFile))],
  [
    'envoy',
    single(
      LISTENS,
      target('envoy.yaml', ENVOY, (plan, port = 10_000) => envoyFile(plan, port)),
    ),
  ],
  ['envoy-gateway', inCluster('envoy-gateway', 'envoy-gateway-system', envoyGatewayObjects)],
  ['istio', inCluster('istio', 'istio-ingress', istioObjects)],
  ['gateway-api', inCluster('gateway-api', 'default', externalAuthRoutes)],
])

function single(options: ProxyTargets['options'], only: Target, gateways = 'default'): ProxyTargets {
  return { forms: new Map([['', only]]), options, gateway: gatewayOf(gateways, 'gateway') }
}

function gatewayOf(namespace: string, name: string): Gateway {
  return { namespace, name, listener: undefined }
}

function inCluster(name: string, gateways: string, write: Write): ProxyTargets {
  return single(IN_CLUSTER, target(`${name}.yaml`, HTTP_ROUTE, write, true), gateways)
}

/** What is written, without a port the proxy's own default: YAML documents, or a text in another language. */
type Write = (plan: Plan, listenPort: number | undefined) => readonly Document[] | string

function target(file: string, reach: Reach, write: Write, isKubernetes = false): Target {
  return {
    isKubernetes,
    file,
    ...reach,
    write: (routes, deployment, listenPort) => {
      const written = write(planRoutes(routes, deployment), listenPort)
      if (typeof written === 'string') return { text: written, json: { files: { [file]: written } } }
      return { text: toYaml(written), json: written.map(({ content }) => content) }
    },
  }
}
