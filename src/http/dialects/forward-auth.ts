import {
  type CallReading,
  type ForwardedReading,
  isKnownMethod,
  parseHost,
  parsePath,
  parsePort,
  refuseRequest,
} from '../../decision/request/forwarded-request.ts'
import { type HeaderField, type HeaderFields, SEVERAL } from '../../decision/request/header-fields.ts'

const PREFIX = '/verify'
/** Absolute form, repeated slashes, escapes or parameters after the word, another case: never a known route. */
const ODD_SPELLING = /^(?:https?:\/\/[^/]*)?\/+verify(?![A-Za-z0-9_-])/i

/** Whether a request target belongs to this dialect, whatever its spelling: a 404 would look like an old MCP server. */
export function isVerifyTarget(target: string): boolean {
  if (target.startsWith(PREFIX)) {
    const next = target[PREFIX.length]
    if (next === undefined || next === '/' || next === '?') return true
  }
  return ODD_SPELLING.test(target)
}

/**
 * ForwardAuth, as Traefik, Caddy and nginx speak it: the address names the route, three header fields describe the
 * client's request. The method of the call itself is GET or HEAD, or that of the client.
 */
export function readForwardAuth(method: string, target: string, fields: HeaderFields): CallReading {
  return { routeName: routeNameOf(target), forwarded: readForwarded(method, fields) }
}

/** The part after `/verify/`, never decoded; undefined for plain `/verify`. A query, which Caddy appends, is cut off. */
function routeNameOf(target: string): string | undefined {
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  if (path === PREFIX) return undefined
  return path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length + 1) : path
}

/**
 * Reads X-Forwarded-Method, -Host and -Uri: each exactly once, no fallback to another header family, to our own URL or
 * to a default. A missing one is a denial (CVE-2024-45410: `Connection` can remove them), not a `GET /`.
 * X-Forwarded-Proto, -Port, -Prefix and -For are never read: clients can set them in some set-ups.
 */
function readForwarded(ownMethod: string, fields: HeaderFields): ForwardedReading {
  const problem =
    notOne('X-Forwarded-Method', fields.forwardedMethod) ??
    notOne('X-Forwarded-Host', fields.forwardedHost) ??
    notOne('X-Forwarded-Uri', fields.forwardedUri)
  if (problem !== undefined) return refuseRequest(problem)
  const method = String(fields.forwardedMethod)
  if (!isKnownMethod(method)) return refuseRequest('X-Forwarded-Method is not a known method in capitals')
  if (ownMethod !== 'GET' && ownMethod !== 'HEAD' && ownMethod !== method) {
    return refuseRequest('X-Forwarded-Method differs from the method of the call')
  }
  const host = parseHost(String(fields.forwardedHost))
  if (host === undefined) return refuseRequest('X-Forwarded-Host is not a host name')
  const path = parsePath(String(fields.forwardedUri))
  if (path === undefined) {
    return refuseRequest('X-Forwarded-Uri does not begin with one slash or has unprintable characters')
  }
  return { ok: true, request: { method, host, port: parsePort(String(fields.forwardedHost)), path } }
}

function notOne(name: string, field: HeaderField): string | undefined {
  if (field === undefined) return `${name} is missing`
  if (field === SEVERAL) return `${name} came more than once`
  return undefined
}
