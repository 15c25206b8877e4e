import { describeSkipped, JWT_SVID_USES } from '../../keys/jwk-import.ts'
import { selectKeys } from '../../keys/key-selection.ts'
import type { IssuerEntry } from '../format/schema.ts'
import type { IssuerFetch, KeySource } from '../model-issuer.ts'
import { listOf, oneOf, quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import { type KeyFile, readKeySetFile, readPublicKeyFile, readSecretFile } from '../reading/referenced-file.ts'
import { readTokensFile } from '../reading/tokens-file.ts'
import type { Steps } from '../steps.ts'
import { checkDiscoveryStart, checkFetched, isDiscovered, KEY_SOURCES } from './issuer-url.ts'

/** Where the keys of an issuer come from, with the content of files; `issuerPlace`: of its `issuer`. */
export function* compileKeySource(map: IssuerEntry, place: Place, issuerPlace: Place): Steps<KeySource> {
  if (map.tokensFile !== undefined) return yield* staticTokens(map.tokensFile, map, place)
  const source = keySource(map, place, issuerPlace) ?? { kind: 'discovery' }
  const here = place.at('spiffe')
  if (map.spiffe !== undefined && source.kind === 'secretFile') {
    here.problem('cannot be combined with secretFile; a JWT-SVID is signed with a key pair', 'key')
  } else if (map.spiffe !== undefined && map.issuer === undefined && isDiscovered(source)) {
    // Without an issuer nothing leads to its keys.
    here.problem('needs the keys of the trust domain; add jwksUri or jwksFile with its bundle', 'key')
  }
  return source
}

/** The `fetch` of an issuer whose keys are fetched; it is used only if nothing was reported about it. */
export function compileFetch(
  { fetch: written, issuer }: IssuerEntry,
  keys: KeySource,
  place: Place,
): IssuerFetch | undefined {
  // With a tokensFile this was reported before.
  if (written === undefined || keys.kind === 'tokensFile') return undefined
  const { caFile, bearerTokenFile } = written
  if (caFile === undefined && bearerTokenFile === undefined && !place.refused())
    place.problem('is empty; add caFile or bearerTokenFile, or remove it', 'key')
  if (keys.kind !== 'discovery' && keys.kind !== 'discoveryUri' && keys.kind !== 'jwksUri') {
    place.problem(`has no effect with ${keys.kind}, which fetches nothing; remove it`, 'key')
  } else if (bearerTokenFile !== undefined) {
    const [key, address = 'https:'] = keys.kind === 'discovery' ? ['issuer', issuer] : [keys.kind, keys.uri]
    if (!/^https:/i.test(address))
      place.at('bearerTokenFile').problem(`is never sent over plain http; write ${key} with https`)
  }
  return written
}

/** The keys that apply to static tokens; all others are about key sets, authorization servers or the form of JWTs. */
const STATIC_TOKEN_KEYS: ReadonlySet<string> = new Set(['tokensFile', 'clockTolerance', 'maxTokenLifetime'])

function* staticTokens(file: string, written: IssuerEntry, place: Place): Steps<KeySource> {
  for (const key of Object.keys(written)) {
    if (!STATIC_TOKEN_KEYS.has(key))
      place.at(key).problem('has no effect with tokensFile; remove it, or write a separate issuer', 'key')
  }
  return { kind: 'tokensFile', file, tokens: (yield* readTokensFile(file, place.at('tokensFile'))) ?? [] }
}

/** Undefined after a problem. */
function keySource(map: IssuerEntry, place: Place, issuerPlace: Place): KeySource | undefined {
  const written = KEY_SOURCES.filter((key) => map[key] !== undefined)
  const [kind, second] = written
  if (second !== undefined) {
    const others = oneOf(written.filter((key) => key !== second))
    return place.at(second).problem(`cannot be combined with ${others}; keep one of them`, 'key')
  }
  const allowHttp = map.dangerouslyAllowHttp === true
  if (kind === undefined) {
    if (KEY_SOURCES.some((key) => place.refused(key))) return undefined
    if (map.issuer !== undefined) checkDiscoveryStart(map.issuer, allowHttp, issuerPlace)
    return { kind: 'discovery' }
  }
  const named = map[kind] ?? ''
  const here = place.at(kind)
  switch (kind) {
    case 'discoveryUri':
    case 'jwksUri':
      checkFetched(named, allowHttp, here)
      return { kind, uri: named }
    case 'jwksFile': {
      const read = readKeySetFile(named, here, map.spiffe === undefined ? undefined : JWT_SVID_USES)
      if (read !== undefined) checkKeys(named, read, map.algorithms, here)
      return read && { kind, file: named, document: read.content }
    }
    case 'publicKeyFile': {
      const read = readPublicKeyFile(named, here)
      if (read !== undefined) checkKeys(named, read, map.algorithms, here)
      return read && { kind, file: named, pem: read.content }
    }
    case 'secretFile': {
      const secret = readSecretFile(named, here)
      return secret && { kind, file: named, secret }
    }
  }
}

/** Warns of keys that are left out, and refuses a file whose keys fit none of the algorithms: no token would pass. */
function checkKeys(
  file: string,
  { keys, skipped }: KeyFile<unknown>,
  algorithms: readonly string[] | undefined,
  place: Place,
): void {
  if (skipped.length > 0) {
    place.warning({
      id: 'keys-left-out',
      message: `some keys of the file ${quote(file)} are left out: ${describeSkipped(skipped)}`,
      why: 'a token that is signed with one of them is refused as key_unknown',
    })
  }
  if (algorithms === undefined || algorithms.some((alg) => selectKeys(keys, alg, undefined).length > 0)) return
  const message = `holds no key for the algorithms ${listOf(algorithms)}; add one there, or correct algorithms`
  place.problem(`the file ${quote(file)} ${message}`)
}
