import { type Faults, isGate, type Question } from '../fronts/front.ts'
import type { Directive } from './directives.ts'
import { addressOf, allInForce, inForce, type Location, type Scope, spotOf } from './scope.ts'

/** The question that a location asks; undefined: none, or of another service. */
export function questionIn(
  location: Location,
  locations: readonly Location[],
  upstreams: ReadonlyMap<string, readonly string[]>,
): Question | undefined {
  const request = inForce(location.scope, 'auth_request')
  const target = request?.args[0]
  if (request === undefined || target === undefined || target === 'off') return undefined
  const asking = locations.find(({ match, modifier }) => match === target && ['=', '', '^~'].includes(modifier))
  const pass = asking === undefined ? undefined : inForce(asking.scope, 'proxy_pass')
  if (asking === undefined || pass === undefined) return undefined
  const [host, path] = addressOf(pass.args[0] ?? '', upstreams)
  if (!isGate(host, path)) return undefined
  const sent = settings(allInForce(asking.scope, 'proxy_set_header'))
  const headers = settings(allInForce(location.scope, 'proxy_set_header'))
  const sources = new Map(location.scope.own.filter(isSource).map(({ args: [name = '', value = ''] }) => [name, value]))
  const isWhole = inForce(asking.scope, 'proxy_pass_request_headers')?.args[0] !== 'off'
  return {
    spot: spotOf(pass),
    proxy: 'nginx',
    asked: path.replace(/[?$].*$/, '').replace(/(?<=.)\/$/, ''),
    prefix: '/verify',
    overwrites: (name) => isOurs(headers.get(name.toLowerCase()), name, sources),
    removes: (name) => headers.get(name.toLowerCase()) === '',
    forwards: (name) => sent.get(name) !== '' && (isWhole || sent.has(name)),
    maxBodyBytes: undefined,
    faults: { ...faultsOf(location, locations), ...unsetFacts(sent, pass) },
  }
}

function isSource({ name }: Directive): boolean {
  return name === 'auth_request_set'
}

function settings(directives: readonly Directive[]): ReadonlyMap<string, string> {
  return new Map(directives.map(({ args: [name = '', value = ''] }) => [name.toLowerCase(), value]))
}

/** Set, and not to what the client sent: by a variable of the answer, or a fixed text. */
function isOurs(value: string | undefined, name: string, sources: ReadonlyMap<string, string>): boolean {
  if (value === undefined) return false
  const variable = /^\$\{?(\w+)\}?$/.exec(value)?.[1]
  if (variable === undefined) return !value.includes('$http_')
  return sources.get(`$${variable}`) === `$upstream_http_${name.toLowerCase().replaceAll('-', '_')}`
}

/** nginx sends none of these by itself: what is not set, a client can. */
function unsetFacts(sent: ReadonlyMap<string, string>, pass: Directive): Faults {
  const facts = [
    ['x-forwarded-method', /^\$request_method$/],
    ['x-forwarded-uri', /^\$request_uri$/],
    ['x-forwarded-host', /^\$(?:host|http_host|server_name)/],
  ] as const
  const isMissing = facts.some(([name, value]) => !value.test(sent.get(name) ?? ''))
  return isMissing ? { 'facts-unset': spotOf(pass) } : {}
}

function faultsOf(location: Location, locations: readonly Location[]): Faults {
  const { scope, directive } = location
  const underscores = inForce(scope, 'underscores_in_headers')
  const satisfy = inForce(scope, 'satisfy')
  const denied = allInForce(scope, 'error_page').map((page) => [page, locationOf(page, locations)] as const)
  const open = denied.find(([, target]) => target !== undefined && leadsOn(target))?.[0]
  return {
    ...(satisfy?.args[0] === 'any' ? { 'fails-open': spotOf(satisfy) } : {}),
    ...(open === undefined ? {} : { 'fails-open': spotOf(open) }),
    ...(underscores?.args[0] === 'on' ? { 'underscores-pass': spotOf(underscores) } : {}),
    ...(guardsPaths(scope) ? {} : { 'ambiguous-paths-pass': spotOf(directive) }),
    ...lostOf(denied, directive),
  }
}

/** A refusal of a request target by a condition. */
function guardsPaths(scope: Scope | undefined): boolean {
  const isGuard = ({ name, args, block = [] }: Directive) =>
    name === 'if' && args.join(' ').includes('$request_uri') && block.some((inner) => inner.name === 'return')
  return scope !== undefined && (scope.own.some(isGuard) || guardsPaths(scope.outer))
}

function locationOf({ args }: Directive, locations: readonly Location[]): Location | undefined {
  const target = args.at(-1) ?? ''
  return locations.find(({ match }) => match === target)
}

/** Whether a refused request goes on to a service all the same. */
function leadsOn({ scope }: Location): boolean {
  return scope.own.some(({ name }) => name.endsWith('_pass'))
}

type Page = readonly [Directive, Location | undefined]

function lostOf(pages: readonly Page[], at: Directive): Faults {
  const withStatus = (status: string) => pages.find(([{ args }]) => args.slice(0, -1).includes(status))?.[1]
  const [forbidden, failed] = [withStatus('403'), withStatus('500')]
  const hasChallenge = forbidden?.scope.own.some(
    ({ name, args }) => name === 'add_header' && args[0]?.toLowerCase() === 'www-authenticate',
  )
  const hasStatus = JSON.stringify(failed?.directive.block ?? []).includes('"503"')
  return {
    ...(hasChallenge === true ? {} : { 'challenge-lost': spotOf(at) }),
    ...(hasStatus ? {} : { 'error-status-lost': spotOf(at) }),
  }
}
