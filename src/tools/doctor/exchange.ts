import { lookup } from 'node:dns'
import { request as askHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as askHttps } from 'node:https'
import { isJsonObject, type JsonObject } from '../../keys/json-object.ts'

/** What came back, or why nothing did. Header names are lower case; the body is text, cut at 256 KiB. */
export type Exchange =
  | {
      readonly ok: true
      readonly url: string
      readonly status: number
      readonly headers: Headers
      readonly body: string
    }
  | { readonly ok: false; readonly url: string; readonly problem: string }

interface Request {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Asks as a client would: one exchange, no redirect followed. Never throws. */
export type Ask = (url: string, request?: Request) => Promise<Exchange>

/** What claude.ai gives discovery, registration and token requests. Milliseconds. */
const TIMEOUT_MS = 10_000
const MAX_BODY_BYTES = 256 * 1024

/**
 * Asks over the network; names below `localhost` are this machine, whatever its resolver says of them (RFC 6761 §6.3). A
 * stream that stays open is cut after its first part: only status and headers are judged.
 */
export const ask: Ask = async (url, request = {}) => {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const response = await send(new URL(url), request, signal)
    const headers = new Headers()
    for (const [name, values] of Object.entries(response.headersDistinct)) {
      for (const value of values ?? []) headers.append(name, value)
    }
    return { ok: true, url, status: response.statusCode ?? 0, headers, body: await readBody(response) }
  } catch (error) {
    return { ok: false, url, problem: signal.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : explain(error) }
  }
}

/** The JSON object of a body; undefined if it is not one. */
export function jsonObject(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The JSON object of an answer with status 200. */
export function documentOf(answer: Exchange): JsonObject | undefined {
  return answer.ok && answer.status === 200 ? jsonObject(answer.body) : undefined
}

/** What came in the place of a document. */
export function whyNoDocument(answer: Exchange): string {
  if (!answer.ok) return answer.problem
  return answer.status === 200 ? 'status 200, but not a JSON object' : `status ${answer.status}`
}

function send(url: URL, { method = 'GET', headers, body }: Request, signal: AbortSignal): Promise<IncomingMessage> {
  const open = url.protocol === 'https:' ? askHttps : askHttp
  const options: RequestOptions = { method, headers: { ...headers, connection: 'close' }, signal, lookup: lookUp }
  return new Promise((resolve, reject) => {
    open(url, options).on('response', resolve).on('error', reject).end(body)
  })
}

const lookUp: NonNullable<RequestOptions['lookup']> = (hostname, options, done) =>
  lookup(/(?:^|\.)localhost\.?$/i.test(hostname) ? 'localhost' : hostname, options, done)

async function readBody(response: IncomingMessage): Promise<string> {
  if (response.headers['content-type']?.startsWith('text/event-stream')) {
    response.destroy()
    return ''
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size > MAX_BODY_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : error.message
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
    ? '; a private CA is trusted by NODE_EXTRA_CA_CERTS'
    : ''
  return `${code}${certificate}`
}
