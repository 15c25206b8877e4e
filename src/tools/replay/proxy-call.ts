import type { Config, Route, TokenSource } from '../../config/model.ts'
import type { Question } from '../../decision/decide.ts'
import { tooLarge } from '../../decision/mcp/mcp.ts'
import type { CallReading } from '../../decision/request/forwarded-request.ts'
import { readHeaderFields } from '../../decision/request/header-fields.ts'
import { buildRouteTable, findByPath } from '../../decision/request/route-table.ts'
import { type Dialect, dialectOf, FORWARD_AUTH } from '../../http/dialects/dialect.ts'

/** One call of a proxy, as the service reads it. */
export type Call = Required<Question>

/** The client's request, from which the call is made. */
export interface ClientRequest {
  readonly routeName: string | undefined
  readonly method: string
  readonly host: string
  readonly uri: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly token: string | undefined
  /** If there is one, the token is sent as `DPoP`. */
  readonly proof?: string | undefined
  /** If there is one, the request is JSON unless a header says otherwise. */
  readonly body?: string | undefined
}

/** What the proxy writes itself; a client's copy of them never arrives. */
const OF_THE_PROXY = /^x-forwarded-(?:method|host|uri)$/i
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** The call that Traefik makes for a client's request: GET, the client's headers, and its own; and the body if it forwards it. */
export function callFor(request: ClientRequest, config: Config): Call {
  const { headers, body = '', token, proof } = request
  const source = routeFor(request, config)?.tokenSource ?? { kind: 'authorization' }
  const typed = body === '' || headers.some(([name]) => name.toLowerCase() === 'content-type')
  const raw = [
    ...headers.flat(),
    ...(typed ? [] : ['Content-Type', 'application/json']),
    ...(token === undefined ? [] : tokenHeader(source, token, proof)),
    ...(proof === undefined ? [] : ['DPoP', proof]),
    ...describe(request),
  ]
  return readCall(FORWARD_AUTH, 'GET', targetOf(request), raw, Buffer.from(body))
}

function tokenHeader(source: TokenSource, token: string, proof: string | undefined): readonly string[] {
  if (source.kind === 'header') return [source.name, token]
  if (source.kind === 'cookie') return ['Cookie', `${source.name}=${token}`]
  return ['Authorization', `${proof === undefined ? 'Bearer' : 'DPoP'} ${token}`]
}

type Described = Pick<ClientRequest, 'routeName' | 'method' | 'host' | 'uri'>

function targetOf({ routeName }: Described): string {
  return routeName === undefined ? '/verify' : `/verify/${routeName}`
}

function describe({ method, host, uri }: Described): readonly string[] {
  return ['X-Forwarded-Method', method, 'X-Forwarded-Host', host, 'X-Forwarded-Uri', uri]
}

/** The route that a request is judged by: the named one, else the one of its host and path; undefined if there is none. */
export function routeFor(request: Described, config: Config): Route | undefined {
  return routeOfCall(FORWARD_AUTH.read('GET', targetOf(request), readHeaderFields(describe(request))), config)
}

/** The same for a call. */
export function routeOfCall({ routeName, forwarded }: CallReading, { routes }: Config): Route | undefined {
  if (routeName !== undefined) return routes.find(({ name }) => name === routeName)
  if (!forwarded.ok) return undefined
  const found = findByPath(buildRouteTable(routes), forwarded.request)
  return 'reason' in found ? undefined : found
}

/** Host and URI of a request to the resource itself. */
export function placeOf(route: Route | undefined, host?: string): { readonly host: string; readonly uri: string } {
  if (route === undefined) return { host: host ?? 'localhost', uri: '/' }
  const resource = route.resources.find(({ hostname }) => hostname === host?.toLowerCase()) ?? route.resources[0]
  const authority = resource.origin.slice(resource.origin.indexOf('//') + 2)
  return { host: host ?? authority, uri: `${resource.path || '/'}${resource.query}` }
}

/** `Name: value` as a header, or why it is not one. */
export function parseHeader(text: string): readonly [name: string, value: string] | string {
  const colon = text.indexOf(':')
  const name = text.slice(0, Math.max(colon, 0))
  if (!FIELD_NAME.test(name)) return `"${text}" is not a header; write 'Name: value'`
  if (OF_THE_PROXY.test(name)) return `${name} is written by the proxy; use --method, --host, --uri, or --call`
  return [name, withoutBlanks(text.slice(colon + 1))]
}

/**
 * A call as it was captured: the request line, the header lines, and after an empty line the body. Each character of the
 * text is one byte. A string says why the text is not a call.
 */
export function parseCall(text: string): Call | string {
  const end = /\r?\n\r?\n/.exec(text)
  const head = end === null ? text : text.slice(0, end.index)
  const body = end === null ? '' : text.slice(end.index + end[0].length)
  const [requestLine = '', ...lines] = head.split(/\r?\n/)
  const [, method = '', target] = /^([A-Z-]+) (\S+)(?: HTTP\/[0-9.]+)?$/.exec(requestLine) ?? []
  if (target === undefined) return 'line 1 is not a request line such as: GET /verify/kubernetes HTTP/1.1'
  const dialect = dialectOf(target)
  if (dialect === undefined)
    return `line 1: ${target.replace(/\?.*$/s, '')} is not /verify, /verify/<route> or /ext_authz/<route>/<path>`
  const raw: string[] = []
  for (const [index, line] of lines.entries()) {
    if (line === '') break
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0))
    if (!FIELD_NAME.test(name)) return `line ${index + 2} is not a header such as: X-Forwarded-Method: GET`
    raw.push(name, withoutBlanks(line.slice(colon + 1)))
  }
  return readCall(dialect, method, target, raw, Buffer.from(body, 'latin1'))
}

function readCall(
  dialect: Dialect,
  method: string,
  target: string,
  rawHeaders: readonly string[],
  bytes: Buffer,
): Call {
  const fields = readHeaderFields(rawHeaders)
  const readBody = async (limit: number) => (bytes.length > limit ? tooLarge(limit) : { ok: true as const, bytes })
  return { ...dialect.read(method, target, fields), fields, content: { readBody } }
}

/** Blanks around a value are not part of it (RFC 9110 §5.5). */
function withoutBlanks(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '')
}
