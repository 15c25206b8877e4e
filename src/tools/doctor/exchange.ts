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

export interface Request {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Asks as a client would: one exchange, no redirect followed. Never throws. */
export type Ask = (url: string, request?: Request) => Promise<Exchange>

/** What claude.ai gives discovery, registration and token requests. Milliseconds. */
const TIMEOUT_MS = 10_000
const MAX_BODY_BYTES = 256 * 1024

/** Asks over the network. A stream that stays open is cut after its first part: only status and headers are judged. */
export function createAsk(fetchNow: typeof fetch): Ask {
  return async (url, request = {}) => {
    try {
      const response = await fetchNow(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS), ...request })
      const { status, headers } = response
      return { ok: true, url, status, headers, body: await readBody(response) }
    } catch (error) {
      return { ok: false, url, problem: explain(error) }
    }
  }
}

/** The JSON object of a body; undefined where it is none. */
export function jsonObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

async function readBody(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    await response.body?.cancel()
    return ''
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size > MAX_BODY_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  const code = 'code' in cause ? String(cause.code) : cause.message
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
    ? '; a private CA is trusted by NODE_EXTRA_CA_CERTS'
    : ''
  return `${code}${certificate}`
}
