import { parse } from 'yaml'

/** A generated bootstrap on loopback, with what `openEnvoy` waits for. */
export function withCanary(text: string) {
  const { static_resources } = parse(text.replace('0.0.0.0', '127.0.0.1'))
  routesOf(static_resources).unshift({
    match: { path: '/ready-canary' },
    direct_response: { status: 200 },
    typed_per_filter_config: { [AUTHZ]: { '@type': `${AUTHZ_TYPE}.ExtAuthzPerRoute`, disabled: true } },
  })
  return { static_resources }
}

/** The name of Envoy's filter. */
export const AUTHZ = 'envoy.filters.http.ext_authz'
const AUTHZ_TYPE = 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3'

/** The routes of the first host, to be changed. */
export function routesOf(resources: Resources): RouteEntry[] {
  const [{ filter_chains }] = resources.listeners
  return filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes
}

/** What is read of `static_resources`. */
export interface Resources {
  readonly listeners: readonly [{ readonly filter_chains: readonly [{ readonly filters: readonly [Manager] }] }]
  readonly clusters: ClusterEntry[]
}

interface Manager {
  readonly typed_config: { readonly route_config: { readonly virtual_hosts: readonly [{ routes: RouteEntry[] }] } }
}

/** A route, with the members that tests change. */
export interface RouteEntry {
  readonly match: { readonly path?: string; readonly path_separated_prefix?: string }
  readonly direct_response?: { readonly status: number }
  readonly route?: { cluster: string; upgrade_configs?: readonly unknown[] }
  readonly typed_per_filter_config: Readonly<Record<string, AuthzSettings>>
}

/** The filter's settings for a route. */
export interface AuthzSettings {
  readonly '@type': string
  readonly disabled?: boolean
  readonly check_settings?: {
    readonly http_service: { readonly server_uri: { cluster: string }; retry_policy?: object }
    with_request_body?: Readonly<Record<string, unknown>>
  }
}

/** A cluster, with the members that tests change. */
export interface ClusterEntry {
  readonly name: string
  readonly transport_socket?: object
  readonly typed_extension_protocol_options?: object
}
