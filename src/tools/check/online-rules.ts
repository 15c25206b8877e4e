import type { Config } from '../../config/model.ts'
import { quote } from '../../config/problem.ts'
import { registrationState } from '../../documents/registration.ts'
import type { FetchedJson } from '../../issuers/bounded-fetch.ts'
import { discover, discoveryUrls } from '../../issuers/discovery.ts'
import type { JsonObject } from '../../keys/json-object.ts'
import type { Finding } from '../frame/findings.ts'
import type { Places } from './config-places.ts'

type Read = (url: string) => Promise<FetchedJson>

/** What an issuer says of itself, or why that is not known. */
export type IssuerAnswer =
  | { readonly ok: true; readonly document: JsonObject }
  | { readonly ok: false; readonly finding: Finding }

/** Fetches the discovery document of every issuer, and reports those whose keys could not be found there. */
export async function checkIssuers(config: Config, places: Places, read: Read): Promise<readonly Finding[]> {
  const found = await Promise.all(
    config.issuers.map(async ({ name, issuer, keys, registration }) => {
      if (keys.kind !== 'discovery' && keys.kind !== 'discoveryUri') return []
      const place = places.place(['issuers', name, 'issuer'], 'value')
      const answer = await askIssuer(issuer, keys.kind === 'discovery' ? undefined : keys.uri, place, read)
      if (!answer.ok) return [answer.finding]
      return registration === undefined ? [] : refusedRegistration(name, answer.document, places)
    }),
  )
  return found.flat()
}

/** What serve finds out too, but only once it runs. */
function refusedRegistration(name: string, document: JsonObject, places: Places): readonly Finding[] {
  const state = registrationState(document)
  if (state.kind !== 'refused') return []
  const finding: Finding = {
    severity: 'error',
    id: 'registration-refused',
    what: `clients cannot register here for this issuer: ${state.reason}`,
    ...places.place(['issuers', name, 'registration'], 'key'),
    why: 'clients would log in and then throw the code away; so they are sent to the issuer itself, where they cannot register',
    fix: 'remove registration, and type a client ID of the issuer into each client',
  }
  return [finding]
}

/** Asks one issuer. Many providers answer at both spellings of a slash: their document says which one is right. */
export async function askIssuer(
  issuer: string,
  discoveryUri: string | undefined,
  place: Pick<Finding, 'path' | 'position'>,
  read: Read,
): Promise<IssuerAnswer> {
  const discovery = await discover(issuer, discoveryUri, read)
  if (discovery.ok) return discovery
  const other = issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`
  if (discovery.reason.includes('only by a trailing slash') || (await namesItself(other, read))) {
    const finding: Finding = {
      severity: 'error',
      id: 'issuer-slash',
      what: `${quote(issuer)} differs from what the issuer calls itself by a trailing slash`,
      ...place,
      why: 'the iss claim is compared byte for byte: every token is refused as issuer_untrusted',
      fix: `write ${quote(other)}`,
    }
    return { ok: false, finding }
  }
  const finding: Finding = {
    severity: discovery.rejected ? 'error' : 'warning',
    id: discovery.rejected ? 'issuer-mismatch' : 'issuer-unreachable',
    what: `its keys cannot be found: ${discovery.reason}`,
    ...place,
    why: 'without keys every request is answered 503, keys_unavailable',
    fix: 'correct the issuer, or name its keys with discoveryUri or jwksUri',
  }
  return { ok: false, finding }
}

async function namesItself(issuer: string, read: Read): Promise<boolean> {
  for (const url of discoveryUrls(issuer)) {
    const answer = await read(url)
    if (answer.ok && answer.document['issuer'] === issuer) return true
  }
  return false
}
