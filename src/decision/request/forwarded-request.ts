import { METHODS } from 'node:http'
import type { Denial } from '../denial.ts'
import { type HeaderField, type HeaderFields, opensWebSocket, SEVERAL } from './header-fields.ts'

/** The client's request as the proxy describes it. */
export interface ForwardedRequest {
  /** In capitals, one that Node knows, neither CONNECT nor TRACE. */
  readonly method: string
  /** Lower case, without port and trailing dot. */
  readonly host: string
  /** Up to the first `?`, exactly as forwarded; printable ASCII beginning with one slash. */
  readonly path: string
}

type Parsed =
  | { readonly ok: true; readonly request: ForwardedRequest }
  | { readonly ok: false; readonly denial: Denial }

const KNOWN_METHODS: ReadonlySet<string> = new Set(
  METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE'),
)
const PATH = /^\/(?!\/)[\x21-\x7e]*$/
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/
/** A name of 253 characters, its last dot and a port. */
const LONGEST_HOST = 260
const IPV6_LITERAL = /^\[[0-9a-f:.]{2,45}\]$/

/**
 * Reads X-Forwarded-Method, -Host and -Uri: each exactly once, no fallback to another header family, to our own URL or
 * to a default. A missing one is a denial (CVE-2024-45410: `Connection` can remove them), not a `GET /`.
 * X-Forwarded-Proto, -Port, -Prefix and -For are never read: clients can set them in some set-ups.
 */
export function parseForwardedRequest(fields: HeaderFields, ownMethod: string): Parsed {
  const problem =
    notOne('X-Forwarded-Method', fields.forwardedMethod) ??
    notOne('X-Forwarded-Host', fields.forwardedHost) ??
    notOne('X-Forwarded-Uri', fields.forwardedUri)
  if (problem !== undefined) return invalid(problem)
  const method = String(fields.forwardedMethod)
  if (!KNOWN_METHODS.has(method)) return invalid('X-Forwarded-Method is not a known method in capitals')
  if (ownMethod !== 'GET' && ownMethod !== 'HEAD' && ownMethod !== method) {
    return invalid('X-Forwarded-Method differs from the method of the call')
  }
  const host = parseHost(String(fields.forwardedHost))
  if (host === undefined) return invalid('X-Forwarded-Host is not a host name')
  const path = upToQuery(String(fields.forwardedUri))
  if (!PATH.test(path)) return invalid('X-Forwarded-Uri does not begin with one slash or has unprintable characters')
  return { ok: true, request: { method, host, path } }
}

/**
 * Whether a request is a CORS preflight and nothing else: the conditions of the Fetch standard, no credentials, and no
 * WebSocket, which some servers open whatever the method is.
 */
export function isPreflight(request: ForwardedRequest, fields: HeaderFields): boolean {
  return (
    request.method === 'OPTIONS' &&
    typeof fields.origin === 'string' &&
    typeof fields.accessControlRequestMethod === 'string' &&
    fields.authorization === undefined &&
    !opensWebSocket(fields.rawHeaders)
  )
}

function notOne(name: string, field: HeaderField): string | undefined {
  if (field === undefined) return `${name} is missing`
  if (field === SEVERAL) return `${name} came more than once`
  return undefined
}

function parseHost(text: string): string | undefined {
  if (text.length > LONGEST_HOST) return undefined
  if (HOST_NAME.test(text)) return text
  const host = text
    .toLowerCase()
    .replace(/:[0-9]+$/, '')
    .replace(/\.$/, '')
  return HOST_NAME.test(host) || IPV6_LITERAL.test(host) ? host : undefined
}

function upToQuery(uri: string): string {
  const query = uri.indexOf('?')
  return query === -1 ? uri : uri.slice(0, query)
}

function invalid(problem: string): Parsed {
  return { ok: false, denial: { reason: 'forwarded_request_invalid', problem } }
}
