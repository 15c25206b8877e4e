import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openCaddy } from '../../../lab/caddy.ts'
import { openEnvoy } from '../../../lab/envoy.ts'
import type { ReverseProxy } from '../../../lab/reverse-proxy.ts'
import { openTraefik } from '../../../lab/traefik.ts'
import { ENVOY, installEnvoy } from '../../support/envoy-program.ts'
import { caddyfile } from './caddyfile.ts'
import { envoyConf } from './envoy-conf.ts'
import { openNginx } from './nginx.ts'
import { nginxConf } from './nginx-conf.ts'
import { type ProxiedRoute, ROUTES } from './proxied-routes.ts'
import type { ProxyName } from './row.ts'
import { traefikRoutes } from './traefik-routes.ts'

/** The program of each proxy; `TRAEFIK_BIN`, `CADDY_BIN`, `NGINX_BIN` and `ENVOY_BIN` name others. */
export const PROGRAMS: Readonly<Record<ProxyName, string>> = {
  Traefik: process.env['TRAEFIK_BIN'] || 'traefik',
  Caddy: process.env['CADDY_BIN'] || 'caddy',
  nginx: process.env['NGINX_BIN'] || 'nginx',
  Envoy: ENVOY,
}

/** Opens a proxy with these routes; default the suite's. */
export function openProxy(name: ProxyName, routes: readonly ProxiedRoute[] = ROUTES): Promise<ReverseProxy> {
  switch (name) {
    case 'Traefik':
      return openTraefik(PROGRAMS.Traefik, undefined, { write: (targets) => traefikRoutes(targets, {}, routes) })
    case 'Caddy':
      return openCaddy(PROGRAMS.Caddy, undefined, (port, targets) => caddyfile(port, targets, routes))
    case 'nginx':
      return openNginx(PROGRAMS.nginx, (port, targets) => nginxConf(port, targets, routes))
    case 'Envoy':
      return openEnvoy(PROGRAMS.Envoy, undefined, (port, targets) => envoyConf(port, targets, routes))
  }
}

/** Whether there is such a program; Envoy is installed where it is not. */
export async function isInstalled(name: ProxyName): Promise<boolean> {
  if (name === 'Envoy') return installEnvoy()
  const child = spawn(PROGRAMS[name], [name === 'nginx' ? '-v' : 'version'], { stdio: 'ignore' })
  try {
    const [code] = await once(child, 'exit')
    return code === 0
  } catch {
    return false
  }
}
