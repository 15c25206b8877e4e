import type { JsonObject } from '../keys/json-object.ts'
import { importJwkSet, JWT_SVID_USES, type KeyImport } from '../keys/jwk-import.ts'
import { importPem, importSecret } from '../keys/local-keys.ts'
import { type FetchDeps, type FetchedJson, fetchJson } from './bounded-fetch.ts'
import { discover } from './discovery.ts'
import { createIssuerFetch, type KeyedIssuer, remedyOf } from './issuer-fetch.ts'

/**
 * One reading of an issuer's keys; `maxAge` in seconds is what the answer allowed, if it said so. `document`: the
 * issuer's metadata if discovery found it, even if the keys that it names could not be had.
 */
export type KeyReading = KeyImport & {
  readonly maxAge?: number | undefined
  readonly document?: JsonObject | undefined
}

/** The keys of an issuer that configures them itself, or undefined when they have to be fetched. */
export function readLocalKeys({ keys, spiffe }: KeyedIssuer): KeyReading | undefined {
  switch (keys.kind) {
    case 'jwksFile':
      return importJwkSet(keys.document, usesFor(spiffe))
    case 'publicKeyFile':
      return importPem(keys.pem)
    case 'secretFile':
      return importSecret(keys.secret)
    case 'discovery':
    case 'discoveryUri':
    case 'jwksUri':
    case 'tokensFile':
      return undefined
  }
}

/** Fetches one document of an issuer, as its `fetch` says; a failure names the key that mends it. */
export function createDocumentReader(issuer: KeyedIssuer, ports: FetchDeps): (url: string) => Promise<FetchedJson> {
  const own = { ...ports, fetch: createIssuerFetch(issuer, ports.fetch) }
  return async (url) => {
    const answer = await fetchJson(url, own)
    const remedy = answer.ok ? undefined : remedyOf(issuer, url, answer.failure)
    if (answer.ok || remedy === undefined) return answer
    return { ok: false, failure: { ...answer.failure, message: `${answer.failure.message}; ${remedy}` } }
  }
}

/** Below the shortest interval between two refreshes an hour apart, so that each of those looks again. */
export const REDISCOVER_AFTER_MS = 50 * 60_000

/**
 * A function that fetches an issuer's keys. It remembers the discovered jwks_uri and looks again about hourly and after
 * each failure, so that an issuer may move its keys; if the discovery document cannot be had, the last address serves
 * on. A document that names another issuer is a failure at any time.
 */
export function createKeyReader(keyed: KeyedIssuer, ports: FetchDeps): () => Promise<KeyReading> {
  const { issuer, keys } = keyed
  const read = createDocumentReader(keyed, ports)
  let found: (Place & { readonly at: number }) | undefined
  let doubtful = false

  async function locate(): Promise<Place | { readonly reason: string }> {
    if (keys.kind === 'jwksUri') return { jwksUri: keys.uri, document: undefined }
    if (found !== undefined && !doubtful && ports.clock.now() - found.at < REDISCOVER_AFTER_MS) return found
    const discovery = await discover(issuer, keys.kind === 'discoveryUri' ? keys.uri : undefined, read)
    if (discovery.ok) {
      found = { jwksUri: discovery.jwksUri, document: discovery.document, at: ports.clock.now() }
      return found
    }
    return found === undefined || discovery.rejected ? { reason: `discovery: ${discovery.reason}` } : found
  }

  return async () => {
    const place = await locate()
    if ('reason' in place) return { ok: false, reason: place.reason, skipped: [] }
    const answer = await read(place.jwksUri)
    const { document } = place
    const reading: KeyReading = answer.ok
      ? { ...importJwkSet(answer.document, usesFor(keyed.spiffe)), maxAge: answer.maxAge, document }
      : { ok: false, reason: answer.failure.message, skipped: [], document }
    doubtful = !reading.ok
    return reading.ok ? reading : { ...reading, reason: `keys: ${reading.reason}` }
  }
}

function usesFor(spiffe: string | undefined): readonly string[] | undefined {
  return spiffe === undefined ? undefined : JWT_SVID_USES
}

interface Place {
  readonly jwksUri: string
  readonly document: JsonObject | undefined
}
