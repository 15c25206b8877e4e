import { readFile } from 'node:fs/promises'
import { type RequestOptions, request } from 'node:https'
import { Readable } from 'node:stream'
import type { Issuer } from '../config/model-issuer.ts'
import type { FetchFailure } from './fetch-failure.ts'

/** What of an issuer's entry decides its keys. The rest may change without a new fetch. */
export type KeyedIssuer = Pick<Issuer, 'name' | 'issuer' | 'keys' | 'maxStale'> &
  Partial<Pick<Issuer, 'fetch' | 'spiffe'>>

/**
 * The `fetch` for an issuer's metadata and keys: with the CA and the bearer token of its `fetch`. Both files are read for
 * each request, as platforms replace them while we run. The token is sent over https only, and only to the origin that is
 * written in the configuration, never to one that a document names.
 */
export function createIssuerFetch(issuer: KeyedIssuer, plain: typeof fetch): typeof fetch {
  const { caFile, bearerTokenFile } = issuer.fetch ?? {}
  if (caFile === undefined && bearerTokenFile === undefined) return plain
  return async (input, init = {}) => {
    const url = new URL(String(input))
    const headers = new Headers(init.headers)
    if (bearerTokenFile !== undefined && getsToken(issuer, url))
      headers.set('authorization', `Bearer ${await readBearerToken(bearerTokenFile)}`)
    if (caFile === undefined || url.protocol !== 'https:') return plain(url.href, { ...init, headers })
    const ca = await readCa(caFile)
    return ask(url, { ca, headers: Object.fromEntries(headers), ...(init.signal ? { signal: init.signal } : {}) })
  }
}

/** What would mend a failure, by the keys of the issuer's `fetch`; undefined if these have nothing to do with it. */
export function remedyOf(issuer: KeyedIssuer, address: string, { kind, status }: FetchFailure): string | undefined {
  const { caFile, bearerTokenFile } = issuer.fetch ?? {}
  if (kind === 'certificate' && caFile !== undefined) return 'only the certificates in fetch.caFile are trusted here'
  if (status !== 401 && status !== 403) return undefined
  if (bearerTokenFile === undefined) return 'the issuer requires a token: set fetch.bearerTokenFile'
  if (!getsToken(issuer, new URL(address)))
    return `the token of fetch.bearerTokenFile is sent to ${homeOf(issuer)} only: set jwksUri to an address there`
  return status === 401
    ? 'it does not accept the token of fetch.bearerTokenFile'
    : 'it does not allow the holder of fetch.bearerTokenFile to read this'
}

function getsToken(issuer: KeyedIssuer, url: URL): boolean {
  return url.protocol === 'https:' && url.origin === homeOf(issuer)
}

function homeOf({ issuer, keys }: KeyedIssuer): string | undefined {
  return URL.parse(keys.kind === 'jwksUri' || keys.kind === 'discoveryUri' ? keys.uri : issuer)?.origin
}

async function readBearerToken(file: string): Promise<string> {
  const token = (await readNamed('bearerTokenFile', file)).trim()
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token)) throw new Error(`fetch.bearerTokenFile "${file}" holds no bearer token`)
  return token
}

async function readCa(file: string): Promise<string> {
  const pem = await readNamed('caFile', file)
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error(`fetch.caFile "${file}" holds no certificate in PEM`)
  return pem
}

async function readNamed(key: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new Error(`fetch.${key} "${file}" cannot be read: ${code}`)
  }
}

/** `fetch` cannot be given a CA; this can. Redirects are not followed, and nothing is sent compressed. */
function ask(url: URL, options: RequestOptions): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const sent = request(url, { ...options, agent: false }, (answer) => {
    const { statusCode: status = 0, headers } = answer
    const fields = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    )
    // What has no body in HTTP must have none here.
    const body = status === 204 || status === 304 ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>)
    resolve(new Response(body, { status, headers: fields }))
  })
  sent.on('error', reject)
  sent.end()
  return promise
}
