import { type RawResponse, requestHead, sendRaw } from './raw-http.ts'

/** The client's request, as the proxy describes it. */
export interface Forwarded {
  /** Default GET. */
  readonly method?: string
  /** Default `api.example.com`. */
  readonly host?: string
  /** Default `/`. */
  readonly uri?: string
  /** The client's own headers; a list repeats the field. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Short for `Authorization: Bearer …`. */
  readonly token?: string
}

/** What the verifier said. */
export interface Verdict {
  readonly status: number
  /** By lower-case name, in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: string
  /** The body read as JSON; undefined where it is none. */
  readonly json: unknown
  /** The only `WWW-Authenticate`; undefined where there is none. Two of them are an error. */
  readonly challenge: string | undefined
}

/**
 * Asks the verifier about a forwarded request, byte for byte as Traefik does with `trustForwardHeader: false`: always a
 * GET, header names in Go's spelling and sorted. `route` undefined asks plain `/verify`.
 */
export async function ask(authOrigin: string, route: string | undefined, forwarded: Forwarded = {}): Promise<Verdict> {
  const path = route === undefined ? '/verify' : `/verify/${route}`
  const head = [['Host', new URL(authOrigin).host] as const, ['User-Agent', 'Go-http-client/1.1'] as const]
  return toVerdict(
    await sendRaw(authOrigin, requestHead(`GET ${path} HTTP/1.1`, [...head, ...forwardedHeaders(forwarded)])),
  )
}

/** The headers of such a question but for Host, for tests that change them before they send them. */
export function forwardedHeaders(forwarded: Forwarded): (readonly [name: string, value: string])[] {
  const host = forwarded.host ?? 'api.example.com'
  const lines: (readonly [string, string])[] = [
    ['X-Forwarded-For', '192.0.2.7'],
    ['X-Forwarded-Host', host],
    ['X-Forwarded-Method', forwarded.method ?? 'GET'],
    ['X-Forwarded-Port', /:(\d+)$/.exec(host)?.[1] ?? '443'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Uri', forwarded.uri ?? '/'],
  ]
  if (forwarded.token !== undefined) lines.push(['Authorization', `Bearer ${forwarded.token}`])
  for (const [name, value] of Object.entries(forwarded.headers ?? {})) {
    for (const one of typeof value === 'string' ? [value] : value) lines.push([goSpelling(name), one])
  }
  return lines.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Reads an answer of the verifier that was fetched otherwise. */
export function toVerdict(response: RawResponse): Verdict {
  const headers = new Map<string, string[]>()
  for (const [name, value] of response.headers) {
    const known = headers.get(name.toLowerCase())
    if (known === undefined) headers.set(name.toLowerCase(), [value])
    else known.push(value)
  }
  const challenges = headers.get('www-authenticate') ?? []
  if (challenges.length > 1) throw new Error(`two challenges: ${challenges.join(' | ')}`)
  const body = response.body.toString('utf8')
  return { status: response.status, headers, body, json: parsed(body), challenge: challenges[0] }
}

function goSpelling(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
