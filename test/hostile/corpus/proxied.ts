import { denialRow, type Reason } from '../../../src/decision/denial.ts'
import type { TokenForge } from '../../conformance/token-forge.ts'
import { toWireRequest } from '../../conformance/transport.ts'
import type { Vector } from '../../conformance/vector.ts'
import type { ProxiedRoute } from '../../proxy/support/proxied-routes.ts'
import type { ProxyName } from '../../proxy/support/row.ts'
import { requestHead } from '../../support/raw-http.ts'
import { PATHS } from './paths.ts'

/** The routes of the conformance configuration that are behind the proxies, at the paths of their resources. */
const PROXIED = [
  ...[
    'locked',
    'ruled',
    'both',
    'secret',
    'strict',
    'clusters',
    'audiences',
    'unchecked',
    'clients',
    'claims',
    'accept',
  ],
  ...['public', 'identity', 'browser', 'preflight', 'sandboxed', 'authentik', 'entra', 'strip'],
]

export const PROXIED_ROUTES: readonly ProxiedRoute[] = [
  ...['kubernetes', 'grafana'].map((name) => ({ path: `/mcp/${name}`, verify: `/verify/${name}` })),
  ...PROXIED.map((name) => ({ path: `/${name}`, verify: `/verify/${name}` })),
]

/** Every identity header of those routes. */
export const PROXIED_IDENTITY: readonly string[] = [
  ...['X-Auth-Subject', 'X-Auth-Issuer', 'X-Auth-Client', 'X-Auth-Scopes'],
  ...['X-User', 'X-Groups', 'X-Role', 'X-Scopes', 'X-Client', 'X-Issuer', 'X-Data'],
]

/** Where what a proxy does leaves nothing to refuse, and why. */
export const HARMLESS: readonly {
  readonly id: string
  readonly proxies: readonly ProxyName[]
  readonly why: string
}[] = [
  {
    id: 'path /ruled/x/..',
    proxies: ['Traefik', 'Envoy'],
    why: 'Traefik and Envoy resolve it to /ruled/, which asks for no more',
  },
  {
    id: 'path /ruled/x//../admin',
    proxies: ['Envoy'],
    why: 'Envoy resolves it to /ruled/x/admin, as RFC 3986 §5.2.4 has it, which asks for no more; the application gets that',
  },
  {
    id: 'second field authorization:  and 0 more',
    proxies: ['Envoy'],
    why: 'an empty second Authorization is nothing once Envoy has joined the two; the application gets the one that was judged',
  },
]

/** Own rows of these families are sent as a client would; what is about the proxy's own fields cannot be. */
const PATH_ROWS = new Set(PATHS.attacks.flatMap(({ rows = [] }) => rows).map(({ id }) => id))

/** About sizes that some proxy or application refuses before us. */
const TOO_LARGE_FOR_SOME = new Set(['1,500 headers and no token', 'long path of 8 KiB', 'identity-too-large'])

/** Whether a client can try this through a proxy: refused for what it sends, and not for what the proxy says. */
export function canBeSent(row: Vector): boolean {
  const { request = {}, route, expect, id } = row
  if (route === null || !PROXIED_ROUTES.some(({ verify }) => verify === `/verify/${route}`)) return false
  if (
    request.without !== undefined ||
    request.ownMethod !== undefined ||
    request.host !== undefined ||
    request.body !== undefined
  )
    return false
  if (expect.status === 200 || id.startsWith('target ') || TOO_LARGE_FOR_SOME.has(id)) return false
  const ofService = denialRow(expect.reason as Reason).class === 'service'
  return !ofService || PATH_ROWS.has(id) || id.startsWith('override ')
}

/** The row as the client sends it to a proxy. */
export function clientBytes(row: Vector, forge: TokenForge): Buffer {
  const path = PROXIED_ROUTES.find(({ verify }) => verify === `/verify/${row.route}`)?.path ?? '/'
  const { method = 'POST', uri = path, headers = [] } = row.request ?? {}
  const authorization = toWireRequest({ ...row, request: {} }, forge).headers.filter(
    ([name]) => name === 'Authorization',
  )
  const fields = [['Host', 'api.example.com'] as const, ...headers, ...authorization]
  return Buffer.from(requestHead(`${method} ${uri} HTTP/1.1`, fields), 'latin1')
}
