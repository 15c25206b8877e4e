import { DISCOVERY_PATHS, type ProxyTargets } from '../../../lab/reverse-proxy.ts'
import { ORIGIN, type ProxiedRoute, ROUTES } from './proxied-routes.ts'

/** Members of a `forwardAuth` middleware that differ from the recommended ones; undefined removes one. */
export type ForwardAuthChange = Readonly<Record<string, unknown>>

/** The recommended `forwardAuth` middleware for an endpoint of the gate. */
export function forwardAuth(targets: ProxyTargets, verify: string, change: ForwardAuthChange = {}): unknown {
  return {
    forwardAuth: {
      address: `${targets.verifier}${verify}`,
      trustForwardHeader: false,
      authResponseHeaders: targets.identityHeaders,
      maxResponseBodySize: 16_384,
      ...change,
    },
  }
}

/** Traefik's dynamic configuration for the routes, by default of the suite. `change` applies to every `forwardAuth`. */
export function traefikRoutes(
  targets: ProxyTargets,
  change: ForwardAuthChange = {},
  routes: readonly ProxiedRoute[] = ROUTES,
): unknown {
  const routers: Record<string, unknown> = {
    ready: { rule: 'Path(`/ready-canary`)', service: 'upstream' },
    metadata: { rule: DISCOVERY_PATHS.map((path) => `PathPrefix(\`${path}\`)`).join(' || '), service: 'gate' },
  }
  const middlewares: Record<string, unknown> = { cors: CORS }
  for (const [index, { path, verify, strip, cors }] of routes.entries()) {
    middlewares[`gate-${index}`] = forwardAuth(targets, verify, change)
    middlewares[`strip-${index}`] = { stripPrefix: { prefixes: [path] } }
    routers[`route-${index}`] = {
      rule: `Path(\`${path}\`) || PathPrefix(\`${path}/\`)`,
      service: 'upstream',
      middlewares: [
        ...(cors === true ? ['cors'] : []),
        ...(strip === 'before' ? [`strip-${index}`] : []),
        `gate-${index}`,
        ...(strip === 'after' ? [`strip-${index}`] : []),
      ],
    }
  }
  return { http: { routers, middlewares, services: traefikServices(targets) } }
}

/** The application and the gate as Traefik's services `upstream` and `gate`. */
export function traefikServices(targets: ProxyTargets): Readonly<Record<string, unknown>> {
  return {
    upstream: { loadBalancer: { servers: [{ url: targets.upstream }] } },
    gate: { loadBalancer: { servers: [{ url: targets.verifier }] } },
  }
}

const CORS = {
  headers: {
    accessControlAllowOriginList: [ORIGIN],
    accessControlAllowMethods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
    accessControlAllowHeaders: [
      'Authorization',
      'Content-Type',
      'Mcp-Session-Id',
      'MCP-Protocol-Version',
      'Mcp-Method',
      'Mcp-Name',
      '*',
    ],
    accessControlExposeHeaders: ['WWW-Authenticate', 'Mcp-Session-Id'],
    accessControlMaxAge: 600,
    addVaryHeader: true,
  },
}
