import { ASYMMETRIC_ALGORITHMS, SYMMETRIC_ALGORITHMS } from '../../keys/algorithm-table.ts'
import { withDefaults } from '../format/key-map.ts'
import type { ConfigFile, IssuerEntry } from '../format/schema.ts'
import { issuerShape } from '../format/schema-issuer.ts'
import type { Issuer } from '../model-issuer.ts'
import { oneOf, quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import type { Steps } from '../steps.ts'
import { durationSeconds } from '../time.ts'
import { compileIntrospection } from './compile-introspection.ts'
import { compileFetch, compileKeySource } from './compile-key-source.ts'
import { compileRegistration } from './compile-registration.ts'
import { checkIssuerText, isLoginServer, KEY_SOURCES } from './issuer-url.ts'

const MAX_CLOCK_TOLERANCE_SECONDS = 60

const completed = withDefaults(issuerShape)

/** The `issuers:` of a file with their defaults and their keys, by name; valid only if no problem was reported. */
export function* compileIssuers(entries: ConfigFile['issuers'], place: Place): Steps<ReadonlyMap<string, Issuer>> {
  const issuers = new Map<string, Issuer>()
  for (const [name, entry] of Object.entries(entries ?? {})) {
    yield
    issuers.set(name, yield* compileIssuer(name, entry, place.at(name)))
  }
  checkSharedIssuers([...issuers.values()], place)
  return issuers
}

function* compileIssuer(name: string, entry: IssuerEntry | string, place: Place): Steps<Issuer> {
  const written: IssuerEntry = typeof entry === 'string' ? { issuer: entry } : entry
  const map = completed(written)
  const issuerPlace = typeof entry === 'string' ? place : place.at('issuer')
  const keys = yield* compileKeySource(written, place, issuerPlace)
  const algorithms = algorithmsOf(map, place.at('algorithms'))
  if (map.issuer !== undefined) checkIssuerText(map.issuer, issuerPlace)
  else if (keys.kind !== 'tokensFile' && map.spiffe === undefined && !place.refused('tokensFile')) {
    place.lacks('issuer', 'add issuer: with the iss claim of its tokens')
  }
  const clockTolerance = durationSeconds(map.clockTolerance)
  if (clockTolerance > MAX_CLOCK_TOLERANCE_SECONDS) {
    place.at('clockTolerance').problem(`${quote(map.clockTolerance)} is too long; write at most 60s`)
  }
  const maxTokenLifetime = map.maxTokenLifetime === undefined ? undefined : durationSeconds(map.maxTokenLifetime)
  if (maxTokenLifetime !== undefined && maxTokenLifetime <= 0) {
    const message = `${quote(map.maxTokenLifetime)} would refuse every token; write one such as 24h`
    place.at('maxTokenLifetime').problem(message)
  }
  checkTokenKinds(map.tokenKinds, place.at('tokenKinds'))
  return {
    name,
    issuer: map.issuer ?? '',
    spiffe: map.spiffe,
    isLoginServer: isLoginServer(map.issuer ?? '', map.dangerouslyAllowHttp),
    keys,
    fetch: compileFetch(map, keys, place.at('fetch')),
    algorithms,
    clockTolerance,
    maxTokenLifetime,
    maxStale: durationSeconds(map.maxStale),
    requireTyp: map.requireTyp?.toLowerCase().replace(/^application\//, ''),
    tokenKinds: map.tokenKinds,
    scopeClaims: map.scopeClaims,
    booleanScopes: map.booleanScopes,
    scopePrefix: map.scopePrefix ?? '',
    clientClaims: map.clientClaims,
    introspection: compileIntrospection(map, keys, place.at('introspection')),
    registration: compileRegistration(map, keys, place),
  }
}

/** Issuers with the same `iss` differ in their keys alone, so each must say where its keys are. */
function checkSharedIssuers(issuers: readonly Issuer[], place: Place): void {
  for (const [issuer, sharing] of Map.groupBy(issuers, (entry) => entry.issuer)) {
    if (sharing.length < 2 || issuer === '') continue
    for (const { name, keys } of sharing) {
      if (keys.kind !== 'discovery' || place.refused(name)) continue
      const others = sharing.filter((other) => other.name !== name).map((other) => quote(other.name))
      const message = `has the issuer ${quote(issuer)} of ${oneOf(others)} too; add ${oneOf(KEY_SOURCES)} to each of them, or remove one`
      place.at(name).problem(message, 'key')
    }
  }
}

/** A shared secret and public keys never mix: an attacker would sign HS256 with the public key (RFC 8725 §3.1). */
function algorithmsOf({ algorithms, secretFile }: IssuerEntry, place: Place): readonly string[] {
  const allowed: readonly string[] = secretFile === undefined ? ASYMMETRIC_ALGORITHMS : SYMMETRIC_ALGORITHMS
  const fix =
    secretFile === undefined
      ? 'needs a shared secret; add secretFile, or let the issuer sign with a key pair'
      : 'is not for a secretFile; write HS256, HS384 or HS512'
  for (const [index, algorithm] of (algorithms ?? []).entries()) {
    if (!allowed.includes(algorithm)) place.at(index).problem(`${quote(algorithm)} ${fix}`)
  }
  return algorithms ?? allowed
}

function checkTokenKinds(kinds: Issuer['tokenKinds'], place: Place): void {
  if (!kinds.includes('access')) place.problem('has no access; write [access, id] to accept ID tokens too')
  for (const [index, kind] of kinds.entries()) {
    if (kinds.indexOf(kind) !== index) place.at(index).problem(`${quote(kind)} is listed twice; remove one`)
  }
}
