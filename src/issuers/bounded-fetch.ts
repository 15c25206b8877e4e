import { isJsonObject, type JsonObject } from '../keys/json-object.ts'
import type { Clock } from './clock.ts'
import { describeThrown, type FetchFailure, shownUrl } from './fetch-failure.ts'

/** The parsed JSON object and how long it may be kept, or why there is none. */
export type FetchedJson =
  | { readonly ok: true; readonly document: JsonObject; readonly maxAge: number | undefined }
  | { readonly ok: false; readonly failure: FetchFailure }

export interface FetchDeps {
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** Ends the request when its owner closes. */
  readonly signal: AbortSignal
}

/** What is sent in addition to the address, and how much may come back. */
export interface JsonQuestion {
  /** A form to post; undefined gets. */
  readonly body: URLSearchParams | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Bytes of the answer. */
  readonly largest: number
}

/** Milliseconds for the whole exchange, the last byte of the body included. */
export const FETCH_TIMEOUT_MS = 5_000

/** Far above any real key set or discovery document, far below what would hurt. */
export const MAX_BODY_BYTES = 512 * 1024

/** Of an address that comes from outside and ends in a log. */
const MAX_SHOWN_CHARACTERS = 200

/** A Kubernetes API server has its keys under the second type only (RFC 7517 §8.5.2), and answers 406 to the first alone. */
const GET: JsonQuestion = {
  body: undefined,
  headers: { accept: 'application/json, application/jwk-set+json' },
  largest: MAX_BODY_BYTES,
}

/**
 * Gets one JSON object, or posts a form and gets one, within a time and a size that the other side cannot stretch; never throws.
 * A redirect is a failure, never followed: an attacker who plants one would choose what we connect to (SSRF).
 */
export async function fetchJson(
  address: string,
  { fetch, clock, signal }: FetchDeps,
  question: JsonQuestion = GET,
): Promise<FetchedJson> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined) return failed('url_refused', 'not a URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return failed('url_refused', `${url.protocol} is not http or https`)
  if (url.username !== '' || url.password !== '')
    return failed('url_refused', `${shownUrl(url)}: user and password in a URL`)
  if (signal.aborted) return failed('closed', `${shownUrl(url)}: not asked, closed`)

  const end = Promise.withResolvers<FetchedJson>()
  const request = new AbortController()
  const close = () => end.resolve(failed('closed', `${shownUrl(url)}: given up, closing`))
  signal.addEventListener('abort', close, { once: true })
  const cancelTimeout = clock.schedule(FETCH_TIMEOUT_MS, () =>
    end.resolve(failed('timeout', `${shownUrl(url)}: no complete answer within ${FETCH_TIMEOUT_MS / 1000} s`)),
  )
  try {
    // Raced, so that neither limit depends on how well the transport honours the abort.
    return await Promise.race([end.promise, exchange(url, fetch, request.signal, question)])
  } finally {
    cancelTimeout()
    signal.removeEventListener('abort', close)
    // Also frees the socket of an answer whose body was not read to its end.
    request.abort()
  }
}

async function exchange(
  url: URL,
  fetch: FetchDeps['fetch'],
  signal: AbortSignal,
  { body: form, headers: extra, largest }: JsonQuestion,
): Promise<FetchedJson> {
  try {
    const headers = { accept: 'application/json', 'user-agent': 'forwardgate', ...extra }
    const sent = form === undefined ? {} : { method: 'POST', body: form }
    const response = await fetch(url.href, { redirect: 'manual', signal, headers, ...sent })
    if (response.status >= 300 && response.status < 400) {
      return failed(
        'redirect',
        `${shownUrl(url)}: status ${response.status} to ${redirectTarget(url, response)}; redirects are not followed`,
      )
    }
    if (response.status !== 200) {
      const { status } = response
      return { ok: false, failure: { kind: 'status', message: `${shownUrl(url)}: status ${status}`, status } }
    }
    const body = await readCapped(response, largest)
    if (body === undefined) return failed('too_large', `${shownUrl(url)}: larger than ${largest / 1024} KiB`)
    return parse(url, body, response.headers)
  } catch (thrown) {
    return { ok: false, failure: describeThrown(url, thrown) }
  }
}

async function readCapped(response: Response, largest: number): Promise<Buffer | undefined> {
  if (response.body === null) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let size = 0
  // Counted while reading and after decompression: Content-Length may lie, or be absent.
  for await (const chunk of response.body) {
    size += chunk.byteLength
    if (size > largest) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parse(url: URL, body: Buffer, headers: Headers): FetchedJson {
  let document: unknown
  try {
    // Refuses invalid UTF-8 and drops one byte order mark (RFC 8259 §8.1).
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    const html =
      headers.get('content-type')?.toLowerCase().includes('html') ||
      body.toString('latin1', 0, 64).trimStart().startsWith('<')
    return html
      ? failed('html', `${shownUrl(url)}: an HTML page instead of JSON; is something else answering at this address?`)
      : failed('not_json', `${shownUrl(url)}: not JSON`)
  }
  if (!isJsonObject(document)) return failed('not_json', `${shownUrl(url)}: JSON, but not an object`)
  return { ok: true, document, maxAge: maxAgeOf(headers.get('cache-control')) }
}

function maxAgeOf(cacheControl: string | null): number | undefined {
  const seconds = /(?:^|[\s,])max-age="?(\d{1,10})"?(?=[\s,]|$)/i.exec(cacheControl ?? '')?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}

/** The scheme may be all that differs, or the path. */
function redirectTarget(url: URL, response: Response): string {
  const location = response.headers.get('location')
  const target = location === null ? null : URL.parse(location, url.href)
  if (target === null) return 'nowhere'
  // What is neither http nor https has no origin and may be a document of its own.
  if (target.origin === 'null') return target.protocol
  return shortened(shownUrl(target))
}

function shortened(text: string): string {
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text
}

function failed(kind: FetchFailure['kind'], message: string): FetchedJson {
  return { ok: false, failure: { kind, message } }
}
