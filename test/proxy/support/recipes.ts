import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { openCaddy } from '../../../lab/caddy.ts'
import type { ProxyTargets, ReverseProxy } from '../../../lab/reverse-proxy.ts'
import { openTraefik } from '../../../lab/traefik.ts'
import { CADDY_CANARY, CADDY_GLOBALS } from './caddyfile.ts'
import { openNginx } from './nginx.ts'
import { NGINX_CANARY, nginxMain } from './nginx-conf.ts'
import { PROGRAMS } from './open-proxy.ts'

/** The committed text of a recipe in `examples/proxies`. */
export function recipe(file: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../examples/proxies/${file}`, import.meta.url)), 'utf8')
}

/** Caddy with the recipe as it is, but for addresses and TLS. */
export function openCaddyRecipe(): Promise<ReverseProxy> {
  return openCaddy(PROGRAMS.Caddy, undefined, (port, targets) => {
    const site = replaced(
      recipe('Caddyfile'),
      /^api\.example\.com \{$/m,
      `http://api.example.com:${port} {\n\tbind 127.0.0.1`,
    )
    return `${CADDY_GLOBALS}\nhttp://127.0.0.1:${port} {\n  bind 127.0.0.1\n  ${CADDY_CANARY}\n}\n${placed(site, targets)}`
  })
}

/** nginx with the recipe as it is, but for addresses. */
export function openNginxRecipe(): Promise<ReverseProxy> {
  return openNginx(PROGRAMS.nginx, (port, targets) => {
    const listen = `listen 127.0.0.1:${port}`
    const server = replaced(recipe('nginx.conf'), /^ {4}listen 80;$/m, `    ${listen} reuseport;`)
    return nginxMain(`${placed(server, targets)}\nserver { ${listen}; server_name 127.0.0.1; ${NGINX_CANARY} }`)
  })
}

/** Traefik with a recipe as it is, but for addresses; `login` is the user's own login. */
export function openTraefikRecipe(file: string, login = 'http://127.0.0.1:1'): Promise<ReverseProxy> {
  return openTraefik(PROGRAMS.Traefik, undefined, {
    write: (targets) => {
      const { http } = parse(placed(recipe(file), targets, login))
      return {
        http: {
          ...http,
          routers: { ...http.routers, ready: { rule: 'Path(`/ready-canary`)', service: 'kubernetes' } },
        },
      }
    },
  })
}

/** The names of the recipes' machines, replaced by the addresses of this one. */
function placed(text: string, { verifier, upstream }: ProxyTargets, login = 'http://127.0.0.1:1'): string {
  return text
    .replaceAll('mcp-kubernetes:8080', new URL(upstream).host)
    .replaceAll('forwardgate:8080', new URL(verifier).host)
    .replaceAll('login:9000', new URL(login).host)
}

function replaced(text: string, part: RegExp, by: string): string {
  if (!part.test(text)) throw new Error(`the recipe has no ${part}`)
  return text.replace(part, by)
}
