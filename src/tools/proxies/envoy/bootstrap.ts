import type { FieldsRead } from '../../../decision/fields-read.ts'
import type { PlannedRoute } from '../../generate/plan.ts'
import { ANSWER_FIELDS, corsPolicy } from './envoy-fields.ts'

/** A host and a port, as Envoy dials them. */
interface EnvoyAddress {
  readonly host: string
  readonly port: number
}

/** A protected path of a route. */
export interface EnvoyRoute
  extends Pick<PlannedRoute, 'identityHeaders'>,
    Partial<Pick<PlannedRoute, 'removedFields' | 'origins' | 'maxBodySize'>> {
  /** Undefined: any host. */
  readonly host?: string
  /** Without a trailing slash; empty for the root. */
  readonly path: string
  /** `/ext_authz/<route>`. */
  readonly prefix: string
  readonly service: EnvoyAddress
  /** Removes the path before the service sees it. */
  readonly strip?: boolean
}

/** Everything that Envoy must know. */
export interface EnvoySetup {
  readonly listen: EnvoyAddress
  readonly gate: EnvoyAddress
  readonly routes: readonly EnvoyRoute[]
  /** More hosts on which clients must reach what is open. */
  readonly hosts?: readonly string[]
  readonly fields: FieldsRead
  /** Prefixes of paths that clients ask forwardgate itself, without a token. */
  readonly open: readonly string[]
  /** A path that Envoy answers itself, for a readiness check. */
  readonly canary?: string
}

/** A part of the configuration. */
export type Tree = { readonly [key: string]: Value }
type Value = string | number | boolean | readonly Value[] | Tree

/** The whole static configuration of an Envoy that guards these routes. */
export function envoyBootstrap(setup: EnvoySetup): Tree {
  const services = setup.routes.map(({ service }) => service)
  const clusters = new Map([setup.gate, ...services].map((address) => [clusterName(address), address]))
  return {
    static_resources: {
      listeners: [
        {
          name: 'protected',
          address: socket(setup.listen),
          filter_chains: [{ filters: [typed('envoy.filters.network.http_connection_manager', HCM, manager(setup))] }],
        },
      ],
      clusters: [...clusters].map(([name, address]) => cluster(name, address)),
    },
  }
}

const EXTENSIONS = 'type.googleapis.com/envoy.extensions.filters'
const HCM = `${EXTENSIONS}.network.http_connection_manager.v3.HttpConnectionManager`
const AUTHZ = 'envoy.filters.http.ext_authz'
const CORS = 'envoy.filters.http.cors'

/** Every path reaches forwardgate as the service will get it, and no header reaches either by a second spelling. */
function manager(setup: EnvoySetup): Tree {
  return {
    stat_prefix: 'protected',
    use_remote_address: true,
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: 'REJECT_REQUEST',
    common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' },
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    route_config: { name: 'protected', virtual_hosts: virtualHosts(setup) },
    http_filters: [
      typed(CORS, `${EXTENSIONS}.http.cors.v3.Cors`, {}),
      typed(AUTHZ, `${EXTENSIONS}.http.ext_authz.v3.ExtAuthz`, authorization(setup)),
      typed('envoy.filters.http.router', `${EXTENSIONS}.http.router.v3.Router`, {}),
    ],
  }
}

/** Never an allow without an answer. A path without a rule of its own is asked about by host and path. */
function authorization({ gate, fields }: EnvoySetup): Tree {
  return {
    transport_api_version: 'V3',
    failure_mode_allow: false,
    status_on_error: { code: 'ServiceUnavailable' },
    allowed_headers: {
      patterns: [
        ...fields.names.map((exact) => ({ exact, ignore_case: true })),
        ...fields.prefixes.map((prefix) => ({ prefix, ignore_case: true })),
        { safe_regex: { regex: fields.odd } },
      ],
    },
    http_service: httpService(gate, '/ext_authz/-', []),
  }
}

function httpService(gate: EnvoyAddress, prefix: string, identityHeaders: readonly string[]): Tree {
  const exactly = (names: readonly string[]): Tree => ({
    patterns: names.map((exact) => ({ exact: exact.toLowerCase(), ignore_case: true })),
  })
  return {
    server_uri: { uri: `http://${gate.host}:${gate.port}`, cluster: clusterName(gate), timeout: '5s' },
    path_prefix: prefix,
    authorization_response: {
      ...(identityHeaders.length === 0 ? {} : { allowed_upstream_headers: exactly(identityHeaders) }),
      allowed_client_headers: exactly(ANSWER_FIELDS),
      allowed_client_headers_on_success: exactly(['dpop-nonce']),
    },
  }
}

/** Hosts in the order they come; what names none is under `*`. */
function virtualHosts(setup: EnvoySetup): readonly Tree[] {
  const byHost = Map.groupBy(setup.routes, ({ host = '*' }) => host)
  const hosts = new Set([...byHost.keys(), ...(setup.hosts ?? [])])
  return [...hosts].map((host) => ({
    name: host === '*' ? 'any' : host,
    domains: host === '*' ? ['*'] : [host, `${host}:*`],
    request_headers_to_add: [
      {
        header: { key: 'X-Forwarded-Host', value: '%REQ(:AUTHORITY)%' },
        append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
      },
    ],
    routes: [
      ...(setup.canary === undefined
        ? []
        : [{ match: { path: setup.canary }, direct_response: { status: 200 }, ...OPEN }]),
      // Where clients learn which issuer to use, before they have a token.
      ...setup.open.map((prefix) => ({
        match: { path_separated_prefix: prefix },
        route: { cluster: clusterName(setup.gate) },
        ...OPEN,
      })),
      // Envoy takes the first that fits, so inner paths come before outer ones.
      ...(byHost.get(host) ?? [])
        .toSorted((a, b) => b.path.length - a.path.length)
        .map((route) => protectedRoute(route, setup.gate)),
    ],
  }))
}

const PER_ROUTE = `${EXTENSIONS}.http.ext_authz.v3.ExtAuthzPerRoute`
const OPEN = { typed_per_filter_config: { [AUTHZ]: { '@type': PER_ROUTE, disabled: true } } }

function protectedRoute(route: EnvoyRoute, gate: EnvoyAddress): Tree {
  const { path, origins, maxBodySize, strip, service, removedFields = [] } = route
  const settings = {
    '@type': PER_ROUTE,
    check_settings: {
      http_service: httpService(gate, route.prefix, route.identityHeaders),
      ...(maxBodySize === undefined ? {} : { with_request_body: wholeBody(maxBodySize) }),
    },
  }
  return {
    match: path === '' ? { prefix: '/' } : { path_separated_prefix: path },
    route: {
      cluster: clusterName(service),
      // A stream of events has no end.
      timeout: '0s',
      ...(strip === true
        ? { regex_rewrite: { pattern: { regex: `^${RegExp.escape(path)}/?(.*)$` }, substitution: '/\\1' } }
        : {}),
      // Calls that come over a WebSocket are not judged.
      ...(maxBodySize === undefined ? {} : { upgrade_configs: [{ upgrade_type: 'websocket', enabled: false }] }),
    },
    // The router does it, which comes after the question.
    ...(removedFields.length === 0 ? {} : { request_headers_to_remove: removedFields }),
    typed_per_filter_config: {
      [AUTHZ]: settings,
      ...(origins === undefined ? {} : { [CORS]: corsPolicy(origins) }),
    },
  }
}

/** One byte more than forwardgate reads, so that it is forwardgate that refuses, with its reason. */
function wholeBody(maxBodySize: number): Tree {
  return { max_request_bytes: maxBodySize + 1, allow_partial_message: false, pack_as_bytes: false }
}

function typed(name: string, type: string, config: Tree): Tree {
  return { name, typed_config: { '@type': type, ...config } }
}

function socket({ host, port }: EnvoyAddress): Tree {
  return { socket_address: { address: host, port_value: port } }
}

function clusterName({ host, port }: EnvoyAddress): string {
  return `${host}:${port}`
}

function cluster(name: string, address: EnvoyAddress): Tree {
  const endpoint = { endpoint: { address: socket(address) } }
  return {
    name,
    type: 'STRICT_DNS',
    connect_timeout: '2s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [endpoint] }] },
  }
}
