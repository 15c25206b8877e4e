import { isWithin } from '../../config/canonical-path.ts'
import type { Config } from '../../config/model.ts'
import type { Exchange } from './exchange.ts'
import type { Fault, Report } from './report.ts'

/** Resembles no real subject, so that finding it in an answer means something. */
const PROBE = 'forwardgate-doctor-was-here'
/** A header without a meaning: if the answer shows it, the answer shows headers. */
const NEUTRAL = 'X-Doctor-Probe'
const ALIAS = 'X_Auth_Subject'
/** Of a route without `identityHeaders`. */
const BY_DEFAULT = ['X-Auth-Subject', 'X-Auth-Issuer', 'X-Auth-Client', 'X-Auth-Scopes']
/** What routes often have as well. */
const LIKELY = ['X-Auth-Groups', 'X-Auth-Email', 'X-Auth-Name', 'X-Auth-Roles']
const LIST_THEM =
  'List every identity header in authResponseHeaders of the middleware; `forwardgate generate traefik` does.'

/** What can be wrong with the identity that the service is given. */
export const IDENTITY_FAULTS = {
  'identity-spoofable': {
    severity: 'error',
    why: 'Every client with a token can choose this part of its identity.',
    fix: LIST_THEM,
  },
  'identity-unseen': {
    severity: 'note',
    why: 'A service that does not show the headers of a request hides a forged identity, too.',
    fix: 'Lead the route to an echo service such as traefik/whoami for a moment, or run `forwardgate check --manifests`.',
  },
  'identity-alias': {
    severity: 'warning',
    why: 'CGI-like backends (PHP, WSGI) read it as the identity header.',
    fix: 'Let forwardgate see all headers (no authRequestHeaders); set aliasHeadersStrategy and underscoreHeadersStrategy: delete on the entry point.',
  },
} as const satisfies Readonly<Record<string, Fault>>

type IdentityReport = Report<keyof typeof IDENTITY_FAULTS>

/** Identity headers to try: those that the route has, and those that it may have. */
export interface IdentityNames {
  readonly certain: readonly string[]
  readonly likely: readonly string[]
}

/** What to try at a URL: the headers of its route if the configuration is there; undefined: no route has this URL. */
export function identityNamesFor(url: string, config: Config | undefined): IdentityNames | undefined {
  if (config === undefined) return { certain: BY_DEFAULT, likely: LIKELY }
  const { origin, pathname } = new URL(url)
  const [nearest] = config.routes
    .flatMap((route) => route.resources.map((resource) => ({ route, resource })))
    .filter(({ resource }) => resource.origin === origin && isWithin(pathname, resource.path))
    .toSorted((one, other) => other.resource.path.length - one.resource.path.length)
  return nearest === undefined
    ? undefined
    : { certain: nearest.route.identityHeaders.map(({ name }) => name), likely: [] }
}

/** Sends a request with the token and these fields. */
export type Send = (extra: Readonly<Record<string, string>>) => Promise<Exchange>

/** Whether a client can choose its own identity: it sends every header with a value that is found again. */
export async function checkIdentity(report: IdentityReport, { certain, likely }: IdentityNames, send: Send) {
  const names = [...certain, ...likely]
  const forged = await send(Object.fromEntries([NEUTRAL, ...names].map((name) => [name, probeFor(name)])))
  const hasArrived = (name: string) => forged.ok && forged.body.includes(probeFor(name))
  const known = certain.filter(hasArrived)
  const guessed = likely.filter(hasArrived)
  if (known.length > 0) report.find('identity-spoofable', `the service saw ${known.join(', ')} as the client sent it`)
  else if (guessed.length > 0 || hasArrived(NEUTRAL))
    report.ok('identity-spoofable', `the service does not see a client's own ${certain.join(', ')}`)
  else {
    const unseen = `the answer shows no headers, so nothing is known of a client's own ${names.join(', ')}`
    report.find('identity-unseen', unseen)
  }
  if (guessed.length > 0)
    report.find('identity-spoofable', `the service saw ${guessed.join(', ')} as the client sent it`, GUESSED)
}

const GUESSED = {
  severity: 'note',
  why: 'That is right unless the route has such an identity header: then every client with a token can choose it.',
  fix: `Run doctor with --config to try exactly the headers of the route. ${LIST_THEM}`,
} as const

/** Whether a second spelling of an identity header is refused. */
export async function checkAlias(report: IdentityReport, send: Send, isRefused: (answer: Exchange) => boolean) {
  const refused = isRefused(await send({ [ALIAS]: PROBE }))
  const right = `a request with the alias ${ALIAS} is refused`
  report.judge('identity-alias', refused, right, `a request with ${ALIAS} passes`)
}

/** One for each name, none of which begins another one. */
function probeFor(name: string): string {
  return `${PROBE}-${name.toLowerCase()}-end`
}
