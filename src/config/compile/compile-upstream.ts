import type { DefaultsEntry } from '../format/schema.ts'
import type { IdentityHeader, UpstreamAuthorization } from '../model.ts'
import { quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import { readHeaderFile } from '../reading/referenced-file.ts'
import { claimSelector } from './compile-requirement.ts'

/** Headers with a meaning to a proxy, a client or a framework: as identity headers they would change a request or an answer. */
const TAKEN = new Set(
  [
    'Connection, Keep-Alive, TE, Trailer, Trailers, Transfer-Encoding, Upgrade, HTTP2-Settings',
    'Content-Length, Content-Type, Content-Encoding, Content-Range, Content-Location, Host, Expect, Range, Date',
    'Accept, Accept-Encoding, Accept-Language, Accept-Ranges, Age, Vary, ETag, Expires, Pragma, Last-Modified',
    'If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, If-Range, Max-Forwards',
    'Authorization, WWW-Authenticate, Authentication-Info, Cookie, Set-Cookie, Cache-Control, Location, Retry-After, Server',
    'Origin, Referer, User-Agent, Via, Forwarded, From, Link, Refresh, Alt-Svc, Clear-Site-Data, Strict-Transport-Security',
    'X-HTTP-Method-Override, X-HTTP-Method, X-Method-Override, X-Original-URL, X-Rewrite-URL, X-Real-IP, X-Request-Id',
    'X-Original-Method, X-Original-Host, Traceparent, Tracestate, Baggage, Content-Security-Policy, X-Frame-Options',
  ].flatMap((line) => line.toLowerCase().split(', ')),
)
const TAKEN_PREFIXES = ['proxy-', 'x-forwarded-', 'x-forwardgate-', 'access-control-', 'sec-', 'mcp-']

/** Whether proxies, clients or frameworks act on a header of this name. */
export function hasMeaning(name: string): boolean {
  const folded = name.toLowerCase()
  return TAKEN.has(folded) || TAKEN_PREFIXES.some((prefix) => folded.startsWith(prefix))
}

/** The headers that an allow sends to the upstream, in the order they are written. */
export function compileIdentityHeaders(
  written: Readonly<Record<string, string>>,
  place: Place,
): readonly IdentityHeader[] {
  const seen = new Map<string, string>()
  return Object.entries(written).map(([name, source]) => {
    const here = place.at(name)
    const folded = name.toLowerCase()
    const twin = seen.get(folded)
    seen.set(folded, name)
    if (twin !== undefined) here.problem(`is the same header as ${quote(twin)}; keep one of them`, 'key')
    if (folded === 'authorization') {
      here.problem('cannot be an identity header; use upstreamAuthorization for it', 'key')
    } else if (hasMeaning(name)) {
      const message =
        'cannot be an identity header, as it has a meaning of its own; choose another such as X-Auth-Subject'
      here.problem(message, 'key')
    }
    return { name, source: identitySource(source) }
  })
}

function identitySource(text: string): IdentityHeader['source'] {
  switch (text) {
    case '@scopes':
      return { kind: 'scopes' }
    case '@client':
      return { kind: 'client' }
    case '@issuer':
      return { kind: 'issuer' }
    default:
      return { kind: 'claim', claim: claimSelector(text) }
  }
}

/** A warning that is pointless if only the proxy can reach the auth port. */
export const SECRET_READABLE = {
  id: 'upstream-secret',
  message: 'anyone with a good token who reaches the auth port can read this secret; admit only the proxy to it',
  why: 'the answer of /verify carries it, and the proxy is not the only client that can call there',
} as const

/** The `upstreamAuthorization` of a route; `strip` after a problem. */
export function compileUpstreamAuthorization(
  value: NonNullable<DefaultsEntry['upstreamAuthorization']>,
  place: Place,
): UpstreamAuthorization {
  if (typeof value === 'string') return { kind: value }
  const { claim, secretFile: file } = value
  if ((claim === undefined) === (file === undefined) && !place.refused()) {
    place.problem('must be keep, strip, bearer, { secretFile: … } or { claim: … }; write one of secretFile and claim')
  }
  if (claim !== undefined) return { kind: 'claim', claim: claimSelector(claim) }
  const secret = file === undefined ? undefined : readHeaderFile(file, place.at('secretFile'))
  if (file === undefined || secret === undefined) return { kind: 'strip' }
  place.warning(SECRET_READABLE)
  return { kind: 'secret', file, value: secret }
}
