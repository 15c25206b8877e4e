/** The value of a field that came more than once. */
export const SEVERAL: unique symbol = Symbol('several')

/** A header field: its value, SEVERAL when it came more than once, undefined when it did not come. */
export type HeaderField = string | typeof SEVERAL | undefined

/** The few header fields that a decision reads, and the names that could be taken for another one. */
export interface HeaderFields {
  forwardedMethod: HeaderField
  forwardedHost: HeaderField
  forwardedUri: HeaderField
  /** Of the call itself; over HTTP/2 its `:authority`. */
  host: HeaderField
  authorization: HeaderField
  /** The proof beside a token that is bound to a key. */
  dpop: HeaderField
  origin: HeaderField
  accessControlRequestMethod: HeaderField
  /** Any of the fields by which some backends change the method. */
  methodOverride: HeaderField
  traceparent: HeaderField
  requestId: HeaderField
  /** All of them as they came, for routes that take the token from elsewhere. */
  readonly rawHeaders: readonly string[]
  /** Names with anything but letters, digits and hyphens; undefined when there is none. */
  oddNames: string[] | undefined
}

/** Fields by which some backends and frameworks let a client change the method; they read `X_HTTP_Method` as well. */
export const METHOD_OVERRIDES: ReadonlySet<string> = new Set([
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
])

type Slot = Exclude<keyof HeaderFields, 'oddNames' | 'rawHeaders'>

const SLOTS: ReadonlyMap<string, Slot> = new Map([
  ['x-forwarded-method', 'forwardedMethod'],
  ['x-forwarded-host', 'forwardedHost'],
  ['x-forwarded-uri', 'forwardedUri'],
  ['host', 'host'],
  ['authorization', 'authorization'],
  ['dpop', 'dpop'],
  ['origin', 'origin'],
  ['access-control-request-method', 'accessControlRequestMethod'],
  ['x-http-method-override', 'methodOverride'],
  ['x-http-method', 'methodOverride'],
  ['x-method-override', 'methodOverride'],
  ['traceparent', 'traceparent'],
  ['x-request-id', 'requestId'],
])

/** Lower-case names of the fields that `readHeaderFields` knows. */
export const KNOWN_FIELDS: readonly string[] = [...SLOTS.keys()]

/** What a name is to a decision: a field that it reads, nothing, or one that could be taken for another. */
type Meaning = Slot | 'none' | 'odd'

/**
 * Reads Node's `rawHeaders` (name, value, name, value …) in one pass.
 * From nowhere else: `headers` keeps only the first Authorization and, past 1,000 fields, drops the rest in silence.
 * Names match exactly but for case; `X_Forwarded_Uri` and `X-Forwarded-UriX` are other headers (CVE-2026-39858).
 */
export function readHeaderFields(rawHeaders: readonly string[]): HeaderFields {
  return collect(rawHeaders, meaningOf)
}

/** Names that are remembered. A proxy sends a few dozen. */
const MAX_NAMES = 256
const MAX_NAME_CHARACTERS = 64

/** `readHeaderFields` for many requests: what a name means is found out once, which halves the time. */
export function createHeaderReader(): (rawHeaders: readonly string[]) => HeaderFields {
  const known = new Map<string, Meaning>()
  const remember = (name: string): Meaning => {
    const meaning = meaningOf(name)
    if (known.size < MAX_NAMES && name.length <= MAX_NAME_CHARACTERS) known.set(name, meaning)
    return meaning
  }
  const recall = (name: string): Meaning => known.get(name) ?? remember(name)
  return (rawHeaders) => collect(rawHeaders, recall)
}

/** Every value of a field that the reader above does not know, in the order they came; `name` in lower case. */
export function valuesOf(name: string, rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && String(rawHeaders[at - 1]).toLowerCase() === name)
}

/**
 * Whether a field belongs to the opening handshake of a WebSocket (RFC 6455 §4.1). The proxy removes `Connection` and
 * `Upgrade` from its question, but not these. CGI-like servers read `Sec_WebSocket_Key` as well.
 */
export function opensWebSocket(rawHeaders: readonly string[]): boolean {
  return rawHeaders.some((text, at) => at % 2 === 0 && SEC_WEBSOCKET.test(text))
}

const SEC_WEBSOCKET = /^sec[^a-z0-9]websocket/i

function collect(rawHeaders: readonly string[], meaningOf: (name: string) => Meaning): HeaderFields {
  const fields: HeaderFields = {
    forwardedMethod: undefined,
    forwardedHost: undefined,
    forwardedUri: undefined,
    host: undefined,
    authorization: undefined,
    dpop: undefined,
    origin: undefined,
    accessControlRequestMethod: undefined,
    methodOverride: undefined,
    traceparent: undefined,
    requestId: undefined,
    rawHeaders,
    oddNames: undefined,
  }
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const meaning = meaningOf(name)
    if (meaning === 'none') continue
    if (meaning === 'odd') {
      fields.oddNames ??= []
      fields.oddNames.push(name)
    } else fields[meaning] = fields[meaning] === undefined ? (rawHeaders[at + 1] ?? '') : SEVERAL
  }
  return fields
}

function meaningOf(name: string): Meaning {
  return PLAIN.test(name) ? (SLOTS.get(name.toLowerCase()) ?? 'none') : 'odd'
}

const PLAIN = /^[A-Za-z0-9-]*$/
