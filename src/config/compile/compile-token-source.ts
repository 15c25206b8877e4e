import type { DefaultsEntry } from '../format/schema.ts'
import type { IdentityHeader, TokenSource } from '../model.ts'
import { type Path, type ProblemSink, quote } from '../problem.ts'
import { hasMeaning } from './compile-identity-headers.ts'

/** What forwardgate itself learns of the request by, or Traefik overwrites. */
const FORWARDED = /^x-forwarded-(?:method|host|uri|proto|port|prefix|server|for)$/i

/** The `tokenSource` of a route; `origins`: those of the route. */
export function compileTokenSource(
  written: NonNullable<DefaultsEntry['tokenSource']>,
  { identityHeaders, origins }: { identityHeaders: readonly IdentityHeader[]; origins: readonly string[] | undefined },
  path: Path,
  sink: ProblemSink,
): TokenSource {
  if (written === 'authorization') return { kind: 'authorization' }
  const { header, cookie } = written
  if ((header === undefined) === (cookie === undefined) && !sink.refused(path)) {
    sink.problem(path, 'must be authorization, { header: … } or { cookie: … }; write one of header and cookie')
  }
  if (header !== undefined) {
    checkHeader(header, identityHeaders, [...path, 'header'], sink)
    return { kind: 'header', name: header }
  }
  if (cookie === undefined) return { kind: 'authorization' }
  if (origins === undefined) {
    sink.warning(path, {
      id: 'cookie-without-origins',
      message: 'browsers send a cookie with requests that other sites make; list the sites that may under origins',
      why: 'a page of any site can act in the name of a user who visits it (CSRF)',
    })
  }
  return { kind: 'cookie', name: cookie }
}

function checkHeader(name: string, identityHeaders: readonly IdentityHeader[], path: Path, sink: ProblemSink): void {
  const folded = name.toLowerCase()
  if (folded === 'authorization') {
    sink.problem(path, 'is the default place of the token; write tokenSource: authorization, or leave it out')
  } else if (folded === 'cookie') {
    sink.problem(path, 'holds many things; write tokenSource: { cookie: <name> }')
  } else if (FORWARDED.test(name) || (hasMeaning(name) && !folded.startsWith('x-forwarded-'))) {
    sink.problem(path, `${quote(name)} has a meaning of its own; name the header that holds the token`)
  } else if (identityHeaders.some((identity) => identity.name.toLowerCase() === folded)) {
    sink.problem(path, `${quote(name)} is an identity header of the route; rename that one`)
  }
}
