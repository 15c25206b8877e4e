import { envoySetup } from '../../../lab/envoy.ts'
import type { ProxyTargets } from '../../../lab/reverse-proxy.ts'
import { type EnvoyRoute, envoyBootstrap } from '../../../src/tools/proxies/envoy/bootstrap.ts'
import { ORIGIN, type ProxiedRoute, ROUTES } from './proxied-routes.ts'

/** Envoy's configuration for the routes, by default of the suite: that of `generate envoy`, with prefixes removed where they ask for it. */
export function envoyConf(port: number, targets: ProxyTargets, routes: readonly ProxiedRoute[] = ROUTES): unknown {
  const setup = envoySetup(port, { ...targets, routes })
  return envoyBootstrap({ ...setup, routes: setup.routes.map((route, at) => withExtras(route, routes[at])) })
}

function withExtras(route: EnvoyRoute, proxied: ProxiedRoute | undefined): EnvoyRoute {
  return {
    ...route,
    strip: proxied?.strip !== undefined,
    ...(proxied?.cors === true ? { origins: [ORIGIN] } : {}),
  }
}
