import { withDefaults } from '../format/key-map.ts'
import type { DefaultsEntry } from '../format/schema.ts'
import { dpopShape } from '../format/schema-dpop.ts'
import type { Dpop, IdentityHeader, TokenSource } from '../model.ts'
import { quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import { readSecretFile } from '../reading/referenced-file.ts'
import { durationSeconds } from '../time.ts'
import { hasMeaning } from './compile-upstream.ts'

/** What forwardgate itself learns of the request by, or Traefik overwrites. */
const FORWARDED = /^x-forwarded-(?:method|host|uri|proto|port|prefix|server|for)$/i

const completed = withDefaults(dpopShape)

/** The `tokenSource` of a route, whose `identityHeaders` and `origins` these are. */
export function compileTokenSource(
  written: NonNullable<DefaultsEntry['tokenSource']>,
  identityHeaders: readonly IdentityHeader[],
  origins: readonly string[] | undefined,
  place: Place,
): TokenSource {
  if (written === 'authorization') return { kind: 'authorization' }
  const { header, cookie } = written
  if ((header === undefined) === (cookie === undefined) && !place.refused()) {
    place.problem('must be authorization, { header: … } or { cookie: … }; write one of header and cookie')
  }
  if (header !== undefined) {
    checkHeader(header, identityHeaders, place.at('header'))
    return { kind: 'header', name: header }
  }
  if (cookie === undefined) return { kind: 'authorization' }
  if (origins === undefined) {
    place.warning({
      id: 'cookie-without-origins',
      message: 'browsers send a cookie with requests that other sites make; list the sites that may under origins',
      why: 'a page of any site can act in the name of a user who visits it (CSRF)',
    })
  }
  return { kind: 'cookie', name: cookie }
}

function checkHeader(name: string, identityHeaders: readonly IdentityHeader[], place: Place): void {
  const folded = name.toLowerCase()
  if (folded === 'authorization') {
    place.problem('is the default place of the token; write tokenSource: authorization, or leave it out')
  } else if (folded === 'cookie') {
    place.problem('holds many things; write tokenSource: { cookie: <name> }')
  } else if (FORWARDED.test(name) || (hasMeaning(name) && !folded.startsWith('x-forwarded-'))) {
    place.problem(`${quote(name)} has a meaning of its own; name the header that holds the token`)
  } else if (identityHeaders.some((identity) => identity.name.toLowerCase() === folded)) {
    place.problem(`${quote(name)} is an identity header of the route; rename that one`)
  }
}

const MIN_MAX_AGE_SECONDS = 10
const MAX_MAX_AGE_SECONDS = 60 * 60

/** The `dpop` of a route. A token that comes from elsewhere than Authorization has no scheme, so no proof can belong to it. */
export function compileDpop(entry: NonNullable<DefaultsEntry['dpop']>, tokenSource: TokenSource, place: Place): Dpop {
  const written = completed(typeof entry === 'string' ? { mode: entry } : entry)
  const { mode, algorithms, maxAge, nonceSecretFile: file, replay } = written
  const elsewhere = tokenSource.kind !== 'authorization'
  if (elsewhere && mode === 'required') {
    place.problem('required needs the token in Authorization; remove tokenSource, or write dpop: off')
  }
  const maxAgeSeconds = durationSeconds(maxAge)
  if (maxAgeSeconds < MIN_MAX_AGE_SECONDS || maxAgeSeconds > MAX_MAX_AGE_SECONDS) {
    place.at('maxAge').problem(`${quote(maxAge)} does not work; write 10s to 1h`)
  }
  return {
    mode: elsewhere ? 'off' : mode,
    algorithms,
    maxAgeSeconds,
    nonceSecret: file === undefined ? undefined : readSecretFile(file, place.at('nonceSecretFile')),
    refuseReplay: replay === 'refuse',
  }
}
