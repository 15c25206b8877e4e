import {
  type CallReading,
  type ForwardedReading,
  isKnownMethod,
  parseHost,
  parsePath,
  parsePort,
  refuseRequest,
} from '../../decision/request/forwarded-request.ts'
import { type HeaderFields, SEVERAL } from '../../decision/request/header-fields.ts'

const PREFIX = '/ext_authz/'
/** In place of a route's name: the route is found by host and path. No route can have this name. */
const BY_PATH = '-'
/** Absolute form, repeated slashes, escapes or parameters after the word, another case: never a known route. */
const ODD_SPELLING = /^(?:https?:\/\/[^/]*)?\/+ext(?:_|%5f)authz(?![A-Za-z0-9_-])/i

/** Whether a request target belongs to this dialect, whatever its spelling: a 404 would look like an old MCP server. */
export function isExtAuthzTarget(target: string): boolean {
  return target.startsWith(PREFIX) || ODD_SPELLING.test(target)
}

/**
 * Envoy's ext_authz over HTTP, which Gateway API calls `ExternalAuth`: the call is the client's request itself, its target
 * behind a prefix that names the route. Method, Host and target are those of the call; X-Forwarded-* may come from the
 * client and are not read.
 */
export function readExtAuthz(method: string, target: string, fields: HeaderFields): CallReading {
  const { routeName, rest } = splitTarget(target)
  return { routeName, forwarded: readForwarded(method, rest, fields) }
}

interface Split {
  readonly routeName: string | undefined
  /** The client's own target, raw; empty if nothing follows the prefix. */
  readonly rest: string
}

/** Splits on raw bytes, before anything is decoded: Envoy puts the client's target behind its prefix as it came. */
function splitTarget(target: string): Split {
  if (!target.startsWith(PREFIX)) return { routeName: pathOf(target), rest: '' }
  const behind = target.slice(PREFIX.length)
  const end = /[/?]/.exec(behind)?.index ?? behind.length
  const name = behind.slice(0, end)
  return { routeName: name === BY_PATH ? undefined : name, rest: behind.slice(end) }
}

function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}

/** Each part exactly once, from one place. What is missing is a denial, not a `GET /`. */
function readForwarded(method: string, rest: string, { host: field }: HeaderFields): ForwardedReading {
  if (field === undefined) return refuseRequest('Host is missing')
  if (field === SEVERAL) return refuseRequest('Host came more than once')
  if (!isKnownMethod(method)) return refuseRequest('the method of the call is not a known method in capitals')
  const host = parseHost(field)
  if (host === undefined) return refuseRequest('Host is not a host name')
  if (!rest.startsWith('/')) return refuseRequest('no path follows the route in the target of the call')
  const path = parsePath(rest)
  if (path === undefined) {
    return refuseRequest('the path after the route does not begin with one slash or has unprintable characters')
  }
  if (climbs(path)) return refuseRequest('the path after the route leads above its root')
  return { ok: true, request: { method, host, port: parsePort(field), path } }
}

/** As long as a path may be if a decision depends on it; a longer one with two dots in a row is refused without resolving it. */
const MAX_RESOLVED_CHARACTERS = 8 * 1024

/** What every path that climbs contains. */
const TWO_DOTS = /(?:\.|%(?:25)*2e){2}/i

/** Slash and backslash, also escaped, as lenient servers read them. */
const SEPARATOR = /[/\\]|%(?:25)*(?:2f|5c)/i
const DOT = /%(?:25)*2e/gi

/**
 * Whether dot segments, as any server may read them, lead above the root. Whatever resolves them on the way from Envoy to
 * us would have left the prefix, and so have named another route.
 */
function climbs(path: string): boolean {
  if (!TWO_DOTS.test(path)) return false
  if (path.length > MAX_RESOLVED_CHARACTERS) return true
  let depth = 0
  for (const segment of path.split(SEPARATOR)) {
    const name = segment.replace(/(?:;|%(?:25)*3b).*$/i, '').replace(DOT, '.')
    if (name === '..') depth -= 1
    else if (name !== '' && name !== '.') depth += 1
    if (depth < 0) return true
  }
  return false
}
