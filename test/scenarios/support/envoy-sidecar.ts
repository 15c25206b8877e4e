import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { AUTHZ, type Resources, routesOf, withCanary } from '../../proxy/support/generated-envoy.ts'
import type { PairFiles } from '../../support/tls-files.ts'
import { WHOAMI } from './tool-calls.ts'

/** What the bootstrap of a scenario is made from. */
interface Sidecar {
  /** What `generate envoy` printed. */
  readonly text: string
  /** The cluster of forwardgate in it. */
  readonly gate: string
  /** File of the authority of forwardgate's certificate. */
  readonly ca: string
  /** Envoy's own. */
  readonly client: PairFiles
  /** The path of the route that is asked about over HTTP/1.1. */
  readonly http1: string
  /** The path of the route that lets WebSockets pass, and sends only as much of a body as an allowed call has. */
  readonly careless: string
}

/** A generated bootstrap that asks over TLS: HTTP/2 as the how-to page has it, HTTP/1.1 for one route. */
export function overTls({ text, gate, ca, client, http1, careless }: Sidecar): { static_resources: Resources } {
  const tree: { static_resources: Resources } = withCanary(text)
  const { clusters } = tree.static_resources
  const plain = clusters.find(({ name }) => name === gate)
  assert.ok(plain !== undefined, `there is no cluster ${gate}`)
  const { transport_socket, typed_extension_protocol_options, retry_policy } = pageSettings(ca, client)
  clusters.splice(clusters.indexOf(plain), 1, { ...plain, transport_socket, typed_extension_protocol_options })
  clusters.push({ ...plain, name: 'http1', transport_socket: withoutAlpn(transport_socket) })

  const settings = (path: string) => {
    const found = routesOf(tree.static_resources).find(({ match }) => match.path_separated_prefix === path)
    const check = found?.typed_per_filter_config[AUTHZ]?.check_settings
    assert.ok(found?.route !== undefined && check !== undefined, `there is no route ${path}`)
    return { route: found.route, check }
  }
  for (const { typed_per_filter_config } of routesOf(tree.static_resources)) {
    const check = typed_per_filter_config[AUTHZ]?.check_settings
    if (check !== undefined) check.http_service.retry_policy = retry_policy
  }
  settings(http1).check.http_service.server_uri.cluster = 'http1'
  const spoilt = settings(careless)
  delete spoilt.route.upgrade_configs
  spoilt.check.with_request_body = { max_request_bytes: WHOAMI.length, allow_partial_message: true }
  return tree
}

interface PageSettings {
  readonly transport_socket: { readonly name: string; readonly typed_config: TlsSettings }
  readonly typed_extension_protocol_options: object
  readonly retry_policy: object
}

interface TlsSettings {
  readonly common_tls_context: Readonly<Record<string, unknown>>
}

/** What the how-to page says to add, with the files of this machine. */
function pageSettings(ca: string, client: PairFiles): PageSettings {
  const page = readFileSync(new URL('../../../docs/how-to/envoy.md', import.meta.url), 'utf8')
  const yaml = ['transport_socket', 'retry_policy'].map(
    (name) => new RegExp(`\`\`\`yaml\\n(${name}:[^\`]+)\`\`\``).exec(page)?.[1] ?? '',
  )
  const files = { '/etc/forwardgate-tls/ca.crt': ca, '/etc/envoy-client/tls.crt': client.cert }
  const placed = Object.entries({ ...files, '/etc/envoy-client/tls.key': client.key }).reduce(
    (text, [theirs, ours]) => text.replaceAll(theirs, ours),
    yaml.join(''),
  )
  return parse(placed)
}

function withoutAlpn({ name, typed_config }: PageSettings['transport_socket']): object {
  const { alpn_protocols: _dropped, ...rest } = typed_config.common_tls_context
  return { name, typed_config: { ...typed_config, common_tls_context: rest } }
}
