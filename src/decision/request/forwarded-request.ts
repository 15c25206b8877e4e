import { METHODS } from 'node:http'
import type { Denial } from '../denial.ts'
import { type HeaderFields, opensWebSocket } from './header-fields.ts'

/** The client's request as the proxy describes it. */
export interface ForwardedRequest {
  /** In capitals, one that Node knows, neither CONNECT nor TRACE. */
  readonly method: string
  /** Lower case, without port and trailing dot. */
  readonly host: string
  /** Digits; undefined if the client's Host has none. */
  readonly port?: string | undefined
  /** Up to the first `?`, exactly as forwarded; printable ASCII beginning with one slash. */
  readonly path: string
}

/** The client's request, or why the proxy's description of it is refused. */
export type ForwardedReading =
  | { readonly ok: true; readonly request: ForwardedRequest }
  | { readonly ok: false; readonly denial: Denial }

/** What the call of a proxy says about the client's request. */
export interface CallReading {
  /** The route that the address names; undefined if host and path choose it. */
  readonly routeName: string | undefined
  readonly forwarded: ForwardedReading
}

const KNOWN_METHODS: ReadonlySet<string> = new Set(
  METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE'),
)
const PATH = /^\/(?!\/)[\x21-\x7e]*$/
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/
/** A name of 253 characters, its last dot and a port. */
const MAX_HOST_CHARACTERS = 260
/** RFC 9110 §5.6.2; two fields that a proxy joined with a comma are none. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const PORT = /:([0-9]+)$/
const IPV6_LITERAL = /^\[[0-9a-f:.]{2,45}\]$/

/** Whether a method is written as Node lists it, in capitals; CONNECT and TRACE are none of these. */
export function isKnownMethod(text: string): boolean {
  return KNOWN_METHODS.has(text)
}

/** A host name or IP address without case, port and one trailing dot; undefined for any other text. */
export function parseHost(text: string): string | undefined {
  if (text.length > MAX_HOST_CHARACTERS) return undefined
  if (HOST_NAME.test(text)) return text
  const host = text.toLowerCase().replace(PORT, '').replace(/\.$/, '')
  return HOST_NAME.test(host) || IPV6_LITERAL.test(host) ? host : undefined
}

/** The port of a host that `parseHost` takes; undefined if it has none. */
export function parsePort(text: string): string | undefined {
  return text.includes(':') ? PORT.exec(text)?.[1] : undefined
}

/** The path of a request target, up to its query; undefined unless it is printable and begins with one slash. */
export function parsePath(target: string): string | undefined {
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  return PATH.test(path) ? path : undefined
}

/** The refusal of a description that is incomplete or malformed. */
export function refuseRequest(problem: string): ForwardedReading {
  return { ok: false, denial: { reason: 'forwarded_request_invalid', step: 'forwarded request', problem } }
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
    TOKEN.test(fields.accessControlRequestMethod) &&
    fields.authorization === undefined &&
    !opensWebSocket(fields.rawHeaders)
  )
}
