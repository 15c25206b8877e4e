import { urlOf } from '../../generate/backend.ts'
import {
  aboutMcp,
  corsOptions,
  hostsOf,
  type Place,
  type Plan,
  type PlannedRoute,
  placesOn,
  WELL_KNOWN,
} from '../../generate/plan.ts'
import { AMBIGUOUS_TARGET } from '../ambiguous-target.ts'

/** A file for the `http` block of nginx: a server for each host, with what `auth_request` drops brought back. */
export function nginxFile(plan: Plan, listenPort: number): string {
  const { gate } = plan.deployment
  const guarded = plan.routes.filter(({ origins }) => origins !== undefined)
  return `${HEAD}
upstream forwardgate {
    server ${gate.service}:${gate.port};
    keepalive 16;
}

${MAPS}
${guarded.map(originMap).join('')}${hostsOf(plan)
  .map((host) => server(host, plan, listenPort))
  .join('\n')}`
}

const HEAD = '# Put this inside http { }, for example as a file in conf.d.'

const MAPS = `map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}

# $host lacks the port, but the resource may have one.
map $http_host $forwardgate_port {
    ~(?<forwardgate_given>:[0-9]+)$ $forwardgate_given;
    default            '';
}

# nginx itself passes on the challenge of a 401; a second copy would confuse clients.
map $forwardgate_status $forwardgate_lost_challenge {
    401     '';
    default $forwardgate_challenge;
}
`

/** Which pages may read answers of a route: the variable is the request's Origin if it is listed, else empty. */
function originMap({ name, origins = [] }: PlannedRoute): string {
  const rows = origins.map((origin) => `    ${quoted(origin)} $http_origin;\n`)
  return `\nmap $http_origin ${originVariable(name)} {\n    default '';\n${rows.join('')}}\n\n`
}

function originVariable(route: string): string {
  return `$forwardgate_origin_${variable(route)}`
}

function server(host: string, plan: Plan, listenPort: number): string {
  const inner = placesOn(plan, host)
  const routes = [...new Set(inner.map(({ route }) => route))]
  const needs = {
    cors: routes.some(({ origins }) => origins !== undefined),
    nonces: routes.some(({ nonces }) => nonces),
  }
  const blocks = [
    openLocation(`^~ ${WELL_KNOWN}`, '# Clients read this before they have a token.'),
    ...plan.registrationPaths.map((path) => openLocation(`= ${path}`, '# Clients register here.')),
    ...inner.map(({ route, place }) => protectedLocation(route, place, needs)),
    ...(inner.some(({ place }) => place.path === '') ? [] : ['location / { return 404; }   # your other paths']),
    ...routes.map(authLocation),
    deniedLocation(needs),
  ]
  return `server {
    listen ${listenPort};
    server_name ${host};
    large_client_header_buffers 4 64k;      # tokens reach 20 KB; the default takes 8

    # Paths with two readings: nginx selects the location by one, and passes on the other.
    if ($request_uri ~* '${AMBIGUOUS_TARGET}') { return 400; }

${blocks.map((block) => indent(block, 4)).join('\n\n')}
}
`
}

function openLocation(match: string, comment: string): string {
  return `${comment}
location ${match} {
    proxy_pass http://forwardgate;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host$forwardgate_port;
    proxy_set_header X-Forwarded-Host $host$forwardgate_port;
}`
}

/** What some route of a server needs; the location for denials is the same for all of them. */
interface Needs {
  readonly cors: boolean
  readonly nonces: boolean
}

function protectedLocation(route: PlannedRoute, { path }: Place, { cors, nonces }: Needs): string {
  const { name, backend, identityHeaders, removedFields, origins, maxBodySize } = route
  const upgrade =
    maxBodySize === undefined
      ? ['proxy_set_header Upgrade $http_upgrade;', 'proxy_set_header Connection $connection_upgrade;']
      : ['proxy_set_header Connection "";     # no WebSockets: calls that come over one are not judged']
  return `${maxBodySize === undefined ? '' : `${aboutMcp('nginx')}\n`}location ${path === '' ? '/' : `~ ${pathPattern(path)}`} {
${indent([...(cors ? corsLines(name, origins) : []), ...askLines(name, nonces)].join('\n'), 4)}

    # Every identity header of the route; this removes the client's copy.
${identityHeaders.map((header) => `    auth_request_set ${headerVariable(header)} $upstream_http_${variable(header)};`).join('\n')}
${identityHeaders.map((header) => `    proxy_set_header ${header} ${headerVariable(header)};`).join('\n')}
${removedFields.map((field) => `    proxy_set_header ${field} "";          # the proof is for forwardgate alone\n`).join('')}
    proxy_pass ${urlOf(backend)};
    proxy_http_version 1.1;
    proxy_set_header Host $host$forwardgate_port;
    proxy_set_header X-Forwarded-Host $host$forwardgate_port;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
${indent(upgrade.join('\n'), 4)}
    proxy_buffering off;                # event streams
    proxy_read_timeout 1h;
}`
}

/** Names of headers for pages of a listed origin, and the answer to their preflights. */
function corsLines(name: string, origins: readonly string[] | undefined): readonly string[] {
  if (origins === undefined) return [`set $forwardgate_origin '';`, '']
  const { accessControlAllowMethods, accessControlAllowHeaders, accessControlMaxAge } = corsOptions(origins)
  return [
    '# For pages of another origin; a preflight carries no token.',
    `set $forwardgate_origin ${originVariable(name)};`,
    ...exposeLines(),
    `add_header Access-Control-Allow-Methods "${accessControlAllowMethods.join(', ')}" always;`,
    `add_header Access-Control-Allow-Headers "${accessControlAllowHeaders.join(', ')}" always;`,
    `add_header Access-Control-Max-Age ${accessControlMaxAge} always;`,
    'set $forwardgate_preflight "$request_method $http_access_control_request_method";',
    `if ($forwardgate_preflight ~ '^OPTIONS .') { return 204; }`,
    '',
  ]
}

function exposeLines(): readonly string[] {
  return [
    'add_header Access-Control-Allow-Origin $forwardgate_origin always;',
    `add_header Access-Control-Expose-Headers "${corsOptions([]).accessControlExposeHeaders.join(', ')}" always;`,
    'add_header Vary Origin always;',
  ]
}

function askLines(name: string, nonces: boolean): readonly string[] {
  return [
    `auth_request /_forwardgate/${name};`,
    'auth_request_set $forwardgate_status    $upstream_status;',
    'auth_request_set $forwardgate_challenge $upstream_http_www_authenticate;',
    'auth_request_set $forwardgate_reason    $upstream_http_x_forwardgate_reason;',
    'auth_request_set $forwardgate_retry     $upstream_http_retry_after;',
    ...(nonces ? ['auth_request_set $forwardgate_nonce     $upstream_http_dpop_nonce;'] : []),
    'error_page 401 403 500 = @forwardgate_denied;',
  ]
}

function authLocation({ name }: PlannedRoute): string {
  return `location = /_forwardgate/${name} {
    internal;
    proxy_pass http://forwardgate/verify/${name};
    proxy_http_version 1.1;
    proxy_buffer_size 16k;              # identity headers reach 8 KB
    proxy_buffers 4 16k;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-Method $request_method;
    proxy_set_header X-Forwarded-Host   $host$forwardgate_port;
    proxy_set_header X-Forwarded-Uri    $request_uri;
    proxy_set_header X-Forwarded-For    $remote_addr;
}`
}

function deniedLocation({ cors, nonces }: Needs): string {
  const lines = [...(nonces ? ['add_header DPoP-Nonce           $forwardgate_nonce always;'] : [])]
  return `# auth_request turns all but 401 and 403 into a 500, and drops the headers of a 403. This restores them.
location @forwardgate_denied {
    internal;
    default_type application/json;
    add_header WWW-Authenticate     $forwardgate_lost_challenge always;
    add_header X-Forwardgate-Reason $forwardgate_reason always;
    add_header Retry-After          $forwardgate_retry always;
    add_header Cache-Control        no-store always;
${indent([...lines, ...(cors ? exposeLines() : [])].map((line) => `${line}\n`).join(''), 4)}${[400, 401, 403, 413, 503]
  .map(
    (status) => `    if ($forwardgate_status = ${status}) { return ${status} '{"reason":"$forwardgate_reason"}'; }\n`,
  )
  .join('')}    return 500;
}`
}

/** A path with everything below it, by whole segments. nginx compares with the decoded path. */
function pathPattern(path: string): string {
  const decoded = decodeURIComponent(path)
  const pattern = `^${decoded.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(/|$)`
  return /^[\w./~@:,=&+$()|^\\-]+$/.test(pattern) ? pattern : quoted(pattern)
}

function quoted(text: string): string {
  return `"${text.replace(/["]/g, '\\"')}"`
}

function headerVariable(header: string): string {
  return `$forwardgate_${variable(header)}`
}

function variable(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '_')
}

function indent(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by))
}
