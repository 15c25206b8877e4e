import { openCaddy } from './caddy.ts'
import { openEnvoy } from './envoy.ts'
import { openForwardAuthProxy } from './forward-auth-proxy.ts'
import type { ReverseProxy } from './reverse-proxy.ts'
import { openTraefik } from './traefik.ts'

/** The proxies that the demo can stand behind. */
export const PROXY_KINDS = ['builtin', 'traefik', 'caddy', 'envoy'] as const

export type ProxyKind = (typeof PROXY_KINDS)[number]

/** Opens a proxy of this kind; `onLine` hears what a real one writes. Programs: TRAEFIK_BIN, CADDY_BIN, ENVOY_BIN, else PATH. */
export function openProxy(kind: ProxyKind, onLine?: (line: string) => void): Promise<ReverseProxy> {
  switch (kind) {
    case 'builtin':
      return openForwardAuthProxy()
    case 'traefik':
      return openTraefik(process.env['TRAEFIK_BIN'] || 'traefik', onLine)
    case 'caddy':
      return openCaddy(process.env['CADDY_BIN'] || 'caddy', onLine)
    case 'envoy':
      return openEnvoy(process.env['ENVOY_BIN'] || 'envoy', onLine)
  }
}
