import { openChildProxy } from './child-proxy.ts'
import { DISCOVERY_PATHS, type ProxyTargets, type ReverseProxy } from './reverse-proxy.ts'

/**
 * A real Caddy with `forward_auth`: the program that CADDY_BIN names, or `caddy` in PATH. `write` makes its Caddyfile,
 * for a port and what stands behind it.
 */
export function openCaddy(
  program: string,
  onLine?: (line: string) => void,
  write: (port: number, targets: ProxyTargets) => string = caddyfile,
): Promise<ReverseProxy> {
  return openChildProxy({
    name: 'Caddy',
    program,
    args: ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    files: (port, targets) => ({ Caddyfile: write(port, targets) }),
    ...(onLine === undefined ? {} : { onLine }),
  })
}

function caddyfile(port: number, targets: ProxyTargets): string {
  const verifier = new URL(targets.verifier).host
  const upstream = new URL(targets.upstream).host
  const routes = targets.routes.map(
    ({ path, verify }, index) => `
  @route${index} path ${path} ${path}/*
  handle @route${index} {
    route {
      request_header -X-Auth-*
      forward_auth ${verifier} {
        uri ${verify}
        copy_headers ${targets.identityHeaders.join(' ')}
      }
      reverse_proxy ${upstream}
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
  }
  @discovery path ${DISCOVERY_PATHS.map((path) => `${path}*`).join(' ')}
  handle @discovery {
    reverse_proxy ${verifier}
  }${routes.join('')}
  handle {
    respond 404
  }
}
`
}
