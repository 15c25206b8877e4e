import { createServer } from 'node:http'
import { openCaddy } from '../../../lab/caddy.ts'
import { closeNow, listenOnLoopback } from '../../../lab/loopback-server.ts'
import type { ReverseProxy } from '../../../lab/reverse-proxy.ts'
import { openTraefik } from '../../../lab/traefik.ts'
import { isInstalled, PROGRAMS } from '../../proxy/support/open-proxy.ts'
import { type ManifestRoute, type MiddlewareSpec, readDynamicFile, readManifestRoutes } from './manifest-routes.ts'

/** A real proxy that does what an example's manifests say. It owns its port before anything is behind it. */
export interface ManifestProxy {
  readonly name: string
  readonly origin: string
  /**
   * Puts the manifests into force; `services` are the origins behind the names of Kubernetes services. A file of Traefik's
   * file provider names its own, and Traefik gets it as it is.
   */
  connect(manifests: string, services: Readonly<Record<string, string>>): Promise<void>
  stop(): Promise<void>
}

/** Traefik where there is one; else Caddy, and says so loudly. */
export async function openManifestProxy(): Promise<ManifestProxy> {
  const wanted: { manifests: string; services: Readonly<Record<string, string>> } = { manifests: '', services: {} }
  const canary = createServer((_request, response) => response.end('ready'))
  const ready = `http://127.0.0.1:${await listenOnLoopback(canary)}`
  const proxy = (await isInstalled('Traefik'))
    ? await openTraefik(PROGRAMS.Traefik, undefined, { write: () => traefikFile(wanted.manifests, wanted.services) })
    : await openCaddyLoudly((port) => caddyfile(port, readManifestRoutes(wanted.manifests), wanted.services))
  return {
    name: proxy.name,
    origin: proxy.origin,
    connect: async (manifests, services) => {
      wanted.manifests = manifests
      wanted.services = { ...services, ...readDynamicFile(manifests)?.origins, ready }
      await proxy.connect({ verifier: '', upstream: '', routes: [], identityHeaders: [] })
    },
    stop: async () => {
      await proxy.stop()
      await closeNow(canary)
    },
  }
}

function openCaddyLoudly(write: (port: number) => string): Promise<ReverseProxy> {
  console.log(`SKIPPED: ${PROGRAMS.Traefik} is not installed: Caddy plays its part, from the same manifests`)
  return openCaddy(PROGRAMS.Caddy, undefined, write)
}

function traefikFile(manifests: string, services: Readonly<Record<string, string>>): unknown {
  const { http } = readDynamicFile(manifests) ?? { http: translated(readManifestRoutes(manifests), services) }
  const canary = { rule: 'Path(`/ready-canary`)', service: 'ready' }
  const ready = balancer(services['ready'] ?? '')
  return {
    http: { ...http, routers: { ...http.routers, ready: canary }, services: { ...http.services, ready } },
  }
}

function translated(routes: readonly ManifestRoute[], services: Readonly<Record<string, string>>) {
  const routers = routes.map(({ rule, priority, middlewares, service }, at): [string, unknown] => [
    `route-${at}`,
    {
      rule,
      service,
      middlewares: middlewares.map(({ name }) => name),
      ...(priority === undefined ? {} : { priority }),
    },
  ])
  return {
    routers: Object.fromEntries(routers),
    middlewares: Object.fromEntries(
      routes.flatMap(({ middlewares }) => middlewares.map(({ name, spec }): [string, unknown] => [name, spec])),
    ),
    services: Object.fromEntries(Object.entries(services).map(([name, url]) => [name, balancer(url)])),
  }
}

function balancer(url: string) {
  return { loadBalancer: { servers: [{ url }] } }
}

function caddyfile(port: number, routes: readonly ManifestRoute[], services: Readonly<Record<string, string>>): string {
  const handled = routes.map(
    ({ rule, middlewares, service }, at) => `
  @route${at} expression \`${caddyExpression(rule)}\`
  handle @route${at} {
    route {
${middlewares.flatMap(({ spec }) => caddyLines(spec, at)).join('\n')}
      reverse_proxy ${new URL(services[service] ?? 'http://127.0.0.1:1').host}
    }
  }`,
  )
  return `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  handle /ready-canary {
    respond ready 200
  }${handled.join('')}
  handle {
    respond 404
  }
}
`
}

/** Traefik's rule in the language of Caddy's matchers. */
function caddyExpression(rule: string): string {
  return rule
    .replaceAll(/PathPrefix\(`([^`]+)`\)/g, "path('$1*')")
    .replaceAll(/Path\(`([^`]+)`\)/g, "path('$1')")
    .replaceAll(/Host\(`([^`]+)`\)/g, "host('$1')")
}

function caddyLines({ forwardAuth, stripPrefix, headers }: MiddlewareSpec, at: number): readonly string[] {
  if (forwardAuth !== undefined) {
    const { host, pathname } = new URL(forwardAuth.address)
    const names = forwardAuth.authResponseHeaders
    return [
      ...names.filter(isNotSeenByTheGate).map((name) => `      request_header -${name}`),
      `      forward_auth ${host} {\n        uri ${pathname}`,
      `        copy_headers ${names.filter((name) => name !== 'DPoP').join(' ')}\n      }`,
      ...(names.includes('DPoP') ? ['      request_header -DPoP'] : []),
    ]
  }
  if (stripPrefix !== undefined) return stripPrefix.prefixes.map((prefix) => `      uri strip_prefix ${prefix}`)
  return headers === undefined ? [] : corsLines(headers, at)
}

/** The gate must see the credentials. It replaces Authorization where that is listed; a proof is removed behind it. */
function isNotSeenByTheGate(name: string): boolean {
  return !['Authorization', 'DPoP'].includes(name)
}

function corsLines(headers: Readonly<Record<string, unknown>>, at: number): readonly string[] {
  const list = (name: string) => [headers[name]].flat().join(', ')
  return [
    `      @cors${at} header Origin ${list('accessControlAllowOriginList')}`,
    `      header @cors${at} {`,
    `        Access-Control-Allow-Origin "${list('accessControlAllowOriginList')}"`,
    `        Access-Control-Expose-Headers "${list('accessControlExposeHeaders')}"`,
    '        defer\n      }',
    `      @preflight${at} {\n        method OPTIONS\n        header Access-Control-Request-Method *\n      }`,
    `      handle @preflight${at} {`,
    `        header Access-Control-Allow-Methods "${list('accessControlAllowMethods')}"`,
    `        header Access-Control-Allow-Headers "${list('accessControlAllowHeaders')}"`,
    '        respond 200\n      }',
  ]
}
