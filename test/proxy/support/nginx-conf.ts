import { DISCOVERY_PATHS, type ProxyTargets } from '../../../lab/reverse-proxy.ts'
import { ORIGIN, type ProxiedRoute, ROUTES } from './proxied-routes.ts'

/**
 * `nginx.conf` for the routes, by default of the suite: `auth_request` as its documentation shows it, without any of the tricks of
 * our recipe, so that the matrix says what they are for.
 */
export function nginxConf(port: number, targets: ProxyTargets, routes: readonly ProxiedRoute[] = ROUTES): string {
  return nginxMain(`
  upstream gate { server ${new URL(targets.verifier).host}; keepalive 8; }
  server {
    listen 127.0.0.1:${port} reuseport;
    ${NGINX_CANARY}
    proxy_http_version 1.1;
    ${DISCOVERY_PATHS.map((path) => `location ${path} { proxy_pass http://gate; ${FORWARDED} }`).join('\n    ')}
    ${routes.map((route, index) => locations(route, index, targets)).join('\n    ')}
    location / { return 404; }
  }`)
}

/** A whole configuration around the inside of its \`http\` block: one process, everything in its working directory. */
export function nginxMain(http: string): string {
  return `daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 512; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind}_temp;`).join(' ')}
${http}
}
`
}

/** What \`openChildProxy\` waits for. */
export const NGINX_CANARY = 'location = /ready-canary { return 200 ready; }'

const FORWARDED = `proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Method $request_method;
      proxy_set_header X-Forwarded-Uri $request_uri;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-For $remote_addr;`

function locations({ path, verify, strip, cors }: ProxiedRoute, index: number, targets: ProxyTargets): string {
  const variable = (name: string) => name.toLowerCase().replaceAll('-', '_')
  const identity = targets.identityHeaders.flatMap((name) => [
    `auth_request_set $route${index}_${variable(name)} $upstream_http_${variable(name)};`,
    `proxy_set_header ${name} $route${index}_${variable(name)};`,
  ])
  return `
    location = /_gate${index} {
      internal;
      proxy_pass http://gate${verify};
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      ${FORWARDED}
    }
    location ~ ^${path}(/|$) {
      ${cors === true ? CORS : ''}
      ${strip === undefined ? '' : `rewrite ^${path}/?(.*)$ /$1 break;`}
      auth_request /_gate${index};
      ${identity.join('\n      ')}
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $http_connection;
      proxy_buffering off;
      proxy_pass ${targets.upstream};
    }`
}

const CORS = `add_header Access-Control-Allow-Origin ${ORIGIN} always;
      add_header Access-Control-Expose-Headers "WWW-Authenticate, Mcp-Session-Id" always;
      add_header Access-Control-Allow-Methods "GET, POST, DELETE, OPTIONS" always;
      add_header Access-Control-Allow-Headers "Authorization, Content-Type, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name, *" always;
      add_header Access-Control-Max-Age 600 always;
      add_header Vary Origin always;
      if ($request_method = OPTIONS) { return 200; }`
