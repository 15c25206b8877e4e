import { NOW } from '../../conformance/configuration.ts'
import type { TokenForge } from '../../conformance/token-forge.ts'
import { requestHead } from '../../support/raw-http.ts'

/** Exact bytes on one connection, and every answer that comes back. */
export interface WireAttack {
  readonly id: string
  readonly bytes: (words: WireWords) => string
  /** `status reason` of each answer in order; a 200 has no reason. */
  readonly answers: readonly string[]
  /** True: the connection is closed after them. False: it serves on. */
  readonly closed: boolean
}

/** What attacks are written with. */
export interface WireWords {
  /** A good token for the route kubernetes. */
  readonly token: string
  /** A whole question about the route kubernetes with a good token, `more` behind the forwarded fields. */
  readonly good: (more?: readonly string[], line?: string) => string
  /** The same without a token. */
  readonly bare: (more?: readonly string[], line?: string) => string
}

/** `closed` where nothing is said of it: a refusal by the parser closes. */
export function wire(
  id: string,
  bytes: WireAttack['bytes'],
  answers: readonly string[],
  closed = answers.some((answer) => answer === REFUSED || answer === TOO_LARGE),
): WireAttack {
  return { id, bytes, answers, closed }
}

/** What the HTTP parser refuses. */
export const REFUSED = '400 forwarded_request_invalid'
export const TOO_LARGE = '431 forwarded_request_invalid'
export const PASSED = '200'
export const NO_TOKEN = '401 credentials_missing'
/** The head is judged before its body is read; the body then ends the connection. */
export const NO_TOKEN_THEN_REFUSED = [NO_TOKEN, REFUSED]
export const NO_ROUTE = '403 route_unknown'
export const NOT_FOUND = '404'

/** Words with tokens of this forge. */
export function wireWords(forge: TokenForge): WireWords {
  const token = forge.make({ claims: { exp: NOW + 600 } })
  const question =
    (withToken: boolean) =>
    (more: readonly string[] = [], line = 'GET /verify/kubernetes HTTP/1.1') =>
      requestHead(line, [
        ['Host', 'gate'],
        ['X-Forwarded-Method', line.startsWith('POST ') ? 'POST' : 'GET'],
        ['X-Forwarded-Host', 'api.example.com'],
        ['X-Forwarded-Uri', '/mcp/kubernetes'],
        ...(withToken ? [['Authorization', `Bearer ${token}`] as const] : []),
        ...more.map((field): readonly [string, string] => {
          const colon = field.indexOf(':')
          return [field.slice(0, colon), field.slice(colon + 1).replace(/^ /, '')]
        }),
      ])
  return { token, good: question(true), bare: question(false) }
}
