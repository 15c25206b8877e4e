import { DISCOVERY_PATHS, type ProxyTargets } from '../../../lab/reverse-proxy.ts'
import { ORIGIN, type ProxiedRoute, ROUTES } from './proxied-routes.ts'

/** The Caddyfile for the routes, by default of the suite. */
export function caddyfile(port: number, targets: ProxyTargets, routes: readonly ProxiedRoute[] = ROUTES): string {
  const verifier = new URL(targets.verifier).host
  return `${CADDY_GLOBALS}
http://:${port} {
  bind 127.0.0.1
  ${CADDY_CANARY}
  @discovery path ${DISCOVERY_PATHS.map((path) => `${path}*`).join(' ')}
  handle @discovery {
    reverse_proxy ${verifier}
  }
${routes.map((route, index) => block(route, index, targets)).join('')}
  handle {
    respond 404
  }
}
`
}

/** Nothing that reaches beyond this machine, and no administration port. */
export const CADDY_GLOBALS = `{
  admin off
  auto_https off
}`

/** What \`openChildProxy\` waits for. */
export const CADDY_CANARY = `handle /ready-canary {
    respond ready 200
  }`

function block({ path, verify, strip, cors }: ProxiedRoute, index: number, targets: ProxyTargets): string {
  const stripped = `uri strip_prefix ${path}`
  return `
  @route${index} path ${path} ${path}/*
  handle @route${index} {
    route {
      ${cors === true ? CORS : ''}
      ${strip === 'before' ? stripped : ''}
      request_header -X-Auth-*
      forward_auth ${new URL(targets.verifier).host} {
        uri ${verify}
        copy_headers ${targets.identityHeaders.join(' ')}
      }
      ${strip === 'after' ? stripped : ''}
      reverse_proxy ${new URL(targets.upstream).host}
    }
  }`
}

const CORS = `@listed header Origin ${ORIGIN}
      header @listed {
        Access-Control-Allow-Origin ${ORIGIN}
        Access-Control-Expose-Headers "WWW-Authenticate, Mcp-Session-Id"
        Vary Origin
        defer
      }
      @preflight {
        method OPTIONS
        header Origin *
        header Access-Control-Request-Method *
      }
      handle @preflight {
        header Access-Control-Allow-Methods "GET, POST, DELETE, OPTIONS"
        header Access-Control-Allow-Headers "Authorization, Content-Type, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name, *"
        header Access-Control-Max-Age 600
        respond 200
      }`
