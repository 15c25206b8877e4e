import type { Resource } from '../../config/model.ts'
import { isAtPort } from './comparable-host.ts'
import type { ForwardedRequest } from './forwarded-request.ts'

/** What a URL parser would remove or read as something else before we see it: blanks, controls, non-ASCII, backslash. */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/
const UNRESERVED = /^[A-Za-z0-9._~-]$/

/**
 * The URIs that a request may have been sent to, in their comparable form: an origin of the route and the forwarded path.
 * The proxy hands over neither scheme nor a port that can be relied on, so the origin is the configured one: that with
 * the forwarded host and port, or each with that host if no port was forwarded. None if the route has no such resource.
 */
export function targetUris(resources: readonly Resource[], { host, port, path }: ForwardedRequest): readonly string[] {
  const here = resources.filter(
    ({ hostname, origin }) => hostname === host && (port === undefined || isAtPort(origin, port)),
  )
  return [...new Set(here.flatMap(({ origin }) => comparableUri(`${origin}${path}`) ?? []))]
}

/**
 * A URI for comparison: without query and fragment (RFC 9449 §4.3), normalised by RFC 3986 §6.2.2 and §6.2.3: case of
 * scheme, host and escapes, escapes of unreserved characters, dot segments, default port, empty path. Undefined for
 * what is not an http or https URI of printable ASCII, and for one with user information.
 */
export function comparableUri(text: string): string | undefined {
  const url = PLAIN.test(text) && /^https?:\/\//i.test(text) ? URL.parse(text) : null
  if (url === null || url.username !== '' || url.password !== '') return undefined
  return `${url.origin}${url.pathname.replace(/%[0-9a-f]{2}/gi, normaliseEscape)}`
}

function normaliseEscape(triplet: string): string {
  const char = String.fromCharCode(Number.parseInt(triplet.slice(1), 16))
  return UNRESERVED.test(char) ? char : triplet.toUpperCase()
}
