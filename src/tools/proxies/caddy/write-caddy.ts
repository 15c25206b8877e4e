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

/** A Caddyfile: a site for each host. `listenPort`: undefined for 443, or 80 if the resources are http. */
export function caddyFile(plan: Plan, listenPort: number | undefined): string {
  return hostsOf(plan)
    .map((host) => site(host, plan, listenPort))
    .join('\n')
}

function site(host: string, plan: Plan, listenPort: number | undefined): string {
  const { gate } = plan.deployment
  const verifier = `${gate.service}:${gate.port}`
  const inner = placesOn(plan, host)
  const tls = inner.length === 0 ? plan.tls : inner.some(({ route }) => route.tls)
  const blocks = [
    `# Paths with two readings: Caddy selects the route by one, and passes on the other.
@ambiguous vars_regexp {uri} \`(?i)${AMBIGUOUS_TARGET}\`
handle @ambiguous {
	respond 400
}`,
    `# Clients read this before they have a token${plan.registrationPaths.length === 0 ? '' : ', and register'}.
@open path ${[WELL_KNOWN, `${WELL_KNOWN}/*`, ...plan.registrationPaths].map(pattern).join(' ')}
handle @open {
	reverse_proxy ${verifier}
}`,
    ...(inner.some(({ route }) => route.maxBodySize === undefined) ? [UPGRADES] : []),
    ...inner.map(({ route, place }) => handle(route, place, verifier)),
    ...(inner.some(({ place }) => place.path === '') ? [] : ['handle {\n\trespond 404\n}']),
  ]
  const address = `${tls ? '' : 'http://'}${host}${listenPort === undefined ? '' : `:${listenPort}`}`
  return `${address} {\n${blocks.map(indent).join('\n\n')}\n}\n`
}

function handle(route: PlannedRoute, { name, path }: Place, verifier: string): string {
  const { maxBodySize, backend } = route
  const paths = [pattern(path || '/'), pattern(`${path}/*`)]
  return `${maxBodySize === undefined ? '' : `${aboutMcp('Caddy')}\n`}@${name} path ${paths.join(' ')}
handle @${name} {
	route {
${indent(indent([...corsLines(route), ...guard(route, verifier)].join('\n')))}
		reverse_proxy ${backend.scheme === 'http' ? `${backend.host}:${backend.port}` : urlOf(backend)}
	}
}`
}

const UPGRADES = `@upgrade header Upgrade *
@plain not header Upgrade *`

/** The client's copies are removed first; only then forwardgate is asked, and its headers are copied. */
function guard(route: PlannedRoute, verifier: string): readonly string[] {
  const { name, maxBodySize, identityHeaders, removedFields, hidesToken } = route
  // The token is for forwardgate, so it goes only behind it.
  const own = identityHeaders.filter((header) => header.toLowerCase() !== 'authorization')
  const copied = hidesToken ? own : identityHeaders
  const removed = [...(hidesToken ? ['Authorization'] : []), ...removedFields]
  return [
    '# A client\'s "Connection: X-Auth-Subject" would make Caddy remove what forwardgate has set.',
    ...(maxBodySize === undefined ? ['request_header @upgrade Connection Upgrade'] : []),
    `request_header ${maxBodySize === undefined ? '@plain ' : ''}-Connection`,
    '',
    ...own.map((header) => `request_header -${header}`),
    `forward_auth ${verifier} {`,
    `\turi /verify/${name}`,
    `\tcopy_headers ${copied.join(' ')}`,
    '}',
    ...removed.map((field) => `request_header -${field}`),
  ]
}

/** Names of headers for pages of a listed origin, and the answer to their preflights. */
function corsLines({ name, origins }: PlannedRoute): readonly string[] {
  if (origins === undefined) return []
  const cors = corsOptions(origins)
  const list = (names: readonly string[]) => `"${names.join(', ')}"`
  return [
    '# For pages of another origin; a preflight carries no token.',
    `@origin-${name} {`,
    ...origins.map((origin) => `\theader Origin ${origin}`),
    '}',
    `header @origin-${name} {`,
    '\tAccess-Control-Allow-Origin {header.Origin}',
    `\tAccess-Control-Expose-Headers ${list(cors.accessControlExposeHeaders)}`,
    '\tVary Origin',
    '\tdefer',
    '}',
    `@preflight-${name} {`,
    '\tmethod OPTIONS',
    '\theader Origin *',
    '\theader Access-Control-Request-Method *',
    '}',
    `handle @preflight-${name} {`,
    `\theader Access-Control-Allow-Methods ${list(cors.accessControlAllowMethods)}`,
    `\theader Access-Control-Allow-Headers ${list(cors.accessControlAllowHeaders)}`,
    `\theader Access-Control-Max-Age ${cors.accessControlMaxAge}`,
    '\trespond 204',
    '}',
    '',
  ]
}

/** A pattern for one path; Caddy compares with the decoded one, without regard to case. */
function pattern(path: string): string {
  const decoded = decodeURIComponent(path)
  return /^[\w./~@:,=&+$()|^*-]+$/.test(decoded)
    ? decoded
    : `"${decoded.replace(/["\\]/g, '\\$&').replaceAll('{', '\\{')}"`
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '\t')
}
