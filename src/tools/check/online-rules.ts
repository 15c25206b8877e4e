import type { Config } from '../../config/model.ts'
import { quote } from '../../config/problem.ts'
import type { FetchDeps, FetchedJson } from '../../issuers/bounded-fetch.ts'
import { discover, discoveryUrls } from '../../issuers/discovery.ts'
import type { KeyedIssuer } from '../../issuers/issuer-fetch.ts'
import { createDocumentReader, createKeyReader, type KeyReading } from '../../issuers/key-reader.ts'
import type { JsonObject } from '../../keys/json-object.ts'
import { describeSkipped } from '../../keys/jwk-import.ts'
import type { Finding } from '../frame/findings.ts'
import type { Places } from './config-places.ts'
import { judgeRegistrations, REGISTRATION_IDS } from './registration-rules.ts'

type Read = (url: string) => Promise<FetchedJson>
type Place = Pick<Finding, 'path' | 'position'>

/** The findings that need `--online`. */
export const ONLINE_IDS: readonly string[] = [
  'issuer-slash',
  'issuer-mismatch',
  'issuer-unreachable',
  'issuer-keys-unavailable',
  'issuer-keys-skipped',
  ...REGISTRATION_IDS,
]

/** Fetches the keys of every issuer as serve does, and reports those without a usable one. */
export async function checkIssuers(config: Config, places: Places, deps: FetchDeps): Promise<readonly Finding[]> {
  const documents = new Map<string, JsonObject>()
  const found = await Promise.all(
    config.issuers.map(async (issuer) => {
      const { name, keys } = issuer
      if (!isFetched(keys)) return []
      const key = keys.kind === 'discovery' ? 'issuer' : keys.kind
      const { document, findings } = await askIssuer(issuer, places.place(['issuers', name, key], 'value'), deps)
      if (document !== undefined) documents.set(name, document)
      return findings
    }),
  )
  return [...found.flat(), ...judgeRegistrations({ config, places, documents })]
}

function isFetched({ kind }: KeyedIssuer['keys']): boolean {
  return kind === 'discovery' || kind === 'discoveryUri' || kind === 'jwksUri'
}

/** Asks one issuer for its keys, by the reader of serve: what it says of itself, and what is wrong; if discovery fails, why. */
export async function askIssuer(
  issuer: KeyedIssuer,
  place: Place,
  deps: FetchDeps,
): Promise<{ readonly document: JsonObject | undefined; readonly findings: readonly Finding[] }> {
  const reading = await createKeyReader(issuer, deps)()
  const { document } = reading
  if (issuer.keys.kind === 'jwksUri' || document !== undefined) return { document, findings: judgeKeys(reading, place) }
  return { document, findings: [await judgeDiscovery(issuer, place, createDocumentReader(issuer, deps))] }
}

function judgeKeys(reading: KeyReading, place: Place): readonly Finding[] {
  if (!reading.ok) {
    const { reason } = reading
    const what = `no key of this issuer can be used: ${reason}`
    const fix = remedyIn(reason) ?? A_KEY_THAT_SIGNS
    return [{ severity: 'error', id: 'issuer-keys-unavailable', what, ...place, why: WITHOUT_KEYS, fix }]
  }
  if (reading.skipped.length === 0) return []
  const what = `some keys of this issuer are not used: ${describeSkipped(reading.skipped)}`
  const why = 'tokens that are signed with one of these are refused'
  return [{ severity: 'note', id: 'issuer-keys-skipped', what, ...place, why }]
}

const A_KEY_THAT_SIGNS =
  'correct what is said here at the issuer; it must publish a key that signs (RS256, ES256 or the like)'

const WITHOUT_KEYS = 'without keys every request with a token is answered 503, keys_unavailable'

/** Why its keys are not found. Many providers answer at both spellings of a slash: their document says which one is right. */
async function judgeDiscovery({ issuer, keys }: KeyedIssuer, place: Place, read: Read): Promise<Finding> {
  const discovery = await discover(issuer, keys.kind === 'discoveryUri' ? keys.uri : undefined, read)
  const reason = discovery.ok ? 'it answered the second time only' : discovery.reason
  const other = issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`
  if (reason.includes('only by a trailing slash') || (!discovery.ok && (await namesItself(other, read)))) {
    return {
      severity: 'error',
      id: 'issuer-slash',
      what: `${quote(issuer)} differs from what the issuer calls itself by a trailing slash`,
      ...place,
      why: 'the iss claim is compared byte for byte: every token is refused as issuer_untrusted',
      fix: `write ${quote(other)}`,
    }
  }
  const rejected = !discovery.ok && discovery.rejected
  const status = /: status (?<status>40[13])\b/.exec(reason)?.groups?.['status']
  return {
    severity: rejected ? 'error' : 'warning',
    id: rejected ? 'issuer-mismatch' : 'issuer-unreachable',
    what: `${status === undefined ? 'its keys cannot be found' : `the issuer answers ${status}`}: ${reason}`,
    ...place,
    why: WITHOUT_KEYS,
    fix: remedyIn(reason) ?? 'correct the issuer, or name its keys with discoveryUri or jwksUri',
  }
}

/** The key of the configuration that mends a failure, where the failure names one. */
function remedyIn(reason: string): string | undefined {
  if (reason.includes('set fetch.bearerTokenFile'))
    return 'write fetch: { bearerTokenFile: … } for this issuer: a file with a token that may read its keys'
  if (reason.includes('set fetch.caFile'))
    return 'write fetch: { caFile: … } for this issuer: the certificate of its CA in PEM'
  return undefined
}

async function namesItself(issuer: string, read: Read): Promise<boolean> {
  for (const url of discoveryUrls(issuer)) {
    const answer = await read(url)
    if (answer.ok && answer.document['issuer'] === issuer) return true
  }
  return false
}
