import type { ProxyRoute } from '../../../lab/reverse-proxy.ts'

/** A protected path as every proxy of the suite has it. */
export interface ProxiedRoute extends ProxyRoute {
  /** Whether the proxy removes the path's prefix, and on which side of the question to the gate. */
  readonly strip?: 'before' | 'after'
  /** Whether a CORS middleware is in front of the gate. */
  readonly cors?: true
}

/** The host of every request that does not name another one. */
export const HOST = 'api.example.com'

/** The only origin that the CORS middleware allows. */
export const ORIGIN = 'https://inspector.example.com'

/** What the gate sends to the application; `X-Auth-Groups` is a claim that most tokens do not have. */
export const IDENTITY_HEADERS: readonly string[] = ['X-Auth-Subject', 'X-Auth-Groups', 'X-Auth-Scopes']

/** Each of them is a route of `gateConfiguration`, but for the last. */
export const ROUTES: readonly ProxiedRoute[] = [
  { path: '/mcp/kubernetes', verify: '/verify/kubernetes' },
  { path: '/mcp/grafana', verify: '/verify/grafana' },
  { path: '/mcp/plain', verify: '/verify' },
  { path: '/mcp/dark', verify: '/verify/dark' },
  { path: '/mcp/listed-origins', verify: '/verify/listed-origins' },
  { path: '/mcp/preflight', verify: '/verify/preflight' },
  { path: '/mcp/browser', verify: '/verify/browser', cors: true },
  { path: '/mcp/stripped-after', verify: '/verify/stripped-after', strip: 'after' },
  { path: '/mcp/stripped-before', verify: '/verify/stripped-before', strip: 'before' },
  { path: '/mcp/stripped-free', verify: '/verify/stripped-free', strip: 'before' },
  { path: '/mcp/tools', verify: '/verify/tools' },
  { path: '/mcp/forgotten', verify: '/verify/no-such-route' },
]

/** What differs from the suite's configuration. */
export interface GateOptions {
  /** True: the identity headers that the gate has without a word about them. */
  readonly defaultIdentity?: boolean
  /** True: no route has keys. */
  readonly withoutKeys?: boolean
}

/**
 * The gate's configuration behind all of them. The path decides for grafana and the stripped routes but
 * `stripped-free`; the method decides for kubernetes; the keys of dark cannot be fetched.
 */
export function gateConfiguration(
  issuer: string,
  jwksUri: string,
  { defaultIdentity, withoutKeys }: GateOptions = {},
): string {
  return `
issuers:
  main: { issuer: "${issuer}", jwksUri: "${jwksUri}", clockTolerance: 0s }
  unreachable: { issuer: "${issuer}", jwksUri: "http://127.0.0.1:1/jwks" }
defaults:
  issuers: [${withoutKeys === true ? 'unreachable' : 'main'}]
  audience: [application]
${defaultIdentity === true ? '' : '  identityHeaders: { X-Auth-Subject: sub, X-Auth-Groups: groups, X-Auth-Scopes: "@scopes" }'}
  scopes: [mcp:read]
routes:
  kubernetes:
    resource: https://${HOST}/mcp/kubernetes
    rules: [{ methods: [DELETE], scopes: [mcp:admin] }]
  grafana:
    resource: https://${HOST}/mcp/grafana
    rules: [{ paths: [/mcp/grafana/admin], scopes: [mcp:admin] }]
  plain: { resource: "https://${HOST}/mcp/plain" }
  dark: { resource: "https://${HOST}/mcp/dark", issuers: [unreachable] }
  listed-origins: { resource: "https://${HOST}/mcp/listed-origins", origins: ["${ORIGIN}"] }
  preflight: { resource: "https://${HOST}/mcp/preflight", preflight: pass }
  browser: { resource: "https://${HOST}/mcp/browser" }
  stripped-after:
    resource: https://${HOST}/mcp/stripped-after
    rules: [{ paths: [/mcp/stripped-after/admin], scopes: [mcp:admin] }]
  stripped-before:
    resource: https://${HOST}/mcp/stripped-before
    rules: [{ paths: [/mcp/stripped-before/admin], scopes: [mcp:admin] }]
  stripped-free: { resource: "https://${HOST}/mcp/stripped-free" }
  tools: { resource: "https://${HOST}/mcp/tools", mcp: { tools: { status: allow } } }
`
}
