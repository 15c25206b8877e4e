import { withDefaults } from '../format/key-map.ts'
import type { IssuerEntry } from '../format/schema.ts'
import { introspectionShape } from '../format/schema-issuer.ts'
import type { Introspection, KeySource } from '../model-issuer.ts'
import { quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'
import { readClientSecretFile } from '../reading/referenced-file.ts'
import { durationSeconds } from '../time.ts'
import { checkFetched, isDiscovered } from './issuer-url.ts'

/** A revoked token passes for as long. */
const MAX_CACHE_SECONDS = 60 * 60

const completed = withDefaults(introspectionShape)

/** The `introspection` of an issuer with its defaults and its secret; valid only if no problem was reported. */
export function compileIntrospection(
  { introspection: written, dangerouslyAllowHttp = false }: IssuerEntry,
  keys: KeySource,
  place: Place,
): Introspection | undefined {
  // Next to static tokens it was refused already.
  if (written === undefined || keys.kind === 'tokensFile') return undefined
  const { clientSecretFile: file = '', cacheFor, ...map } = completed(written)
  const { endpoint, clientId = '', clientAuthentication } = map
  if (endpoint !== undefined) checkFetched(endpoint, dangerouslyAllowHttp, place.at('endpoint'))
  else if (!isDiscovered(keys) && !place.refused('endpoint')) {
    place.problem(`has no endpoint, and ${keys.kind} leads to no metadata that names one; add endpoint:`, 'key')
  }
  if (clientId === '') place.lacks('clientId', 'add the ID of a confidential client that may introspect')
  if (file === '') place.lacks('clientSecretFile', 'add the name of a file with the secret of that client')
  const clientSecret = file === '' ? '' : (readClientSecretFile(file, place.at('clientSecretFile')) ?? '')
  const seconds = durationSeconds(cacheFor)
  if (seconds > MAX_CACHE_SECONDS) {
    place.at('cacheFor').problem(`${quote(cacheFor)} would delay a revocation for too long; write at most 1h`)
  }
  return { endpoint, clientId, clientSecret, file, clientAuthentication, cacheFor: seconds }
}
