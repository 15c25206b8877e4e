/** Stands for a field that came more than once. */
export const SEVERAL: unique symbol = Symbol('several')

/** A header field: its value, SEVERAL when it came more than once, undefined when it did not come. */
export type HeaderField = string | typeof SEVERAL | undefined

/** The few header fields that a decision reads, and the names that could be taken for another one. */
export interface HeaderFields {
  forwardedMethod: HeaderField
  forwardedHost: HeaderField
  forwardedUri: HeaderField
  authorization: HeaderField
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

const SLOTS: readonly (readonly [name: string, slot: Slot])[] = [
  ['x-forwarded-method', 'forwardedMethod'],
  ['x-forwarded-host', 'forwardedHost'],
  ['x-forwarded-uri', 'forwardedUri'],
  ['authorization', 'authorization'],
  ['origin', 'origin'],
  ['access-control-request-method', 'accessControlRequestMethod'],
  ['x-http-method-override', 'methodOverride'],
  ['x-http-method', 'methodOverride'],
  ['x-method-override', 'methodOverride'],
  ['traceparent', 'traceparent'],
  ['x-request-id', 'requestId'],
]

const SLOTS_BY_LENGTH = ((): readonly (typeof SLOTS | undefined)[] => {
  const byLength: (typeof SLOTS)[] = []
  for (const slot of SLOTS) byLength[slot[0].length] = [...(byLength[slot[0].length] ?? []), slot]
  return byLength
})()

/**
 * Reads Node's `rawHeaders` (name, value, name, value …) in one pass.
 * From nowhere else: `headers` keeps only the first Authorization and, past 1,000 fields, drops the rest in silence.
 * Names match exactly but for case; `X_Forwarded_Uri` and `X-Forwarded-UriX` are other headers (CVE-2026-39858).
 */
export function readHeaderFields(rawHeaders: readonly string[]): HeaderFields {
  const fields: HeaderFields = {
    forwardedMethod: undefined,
    forwardedHost: undefined,
    forwardedUri: undefined,
    authorization: undefined,
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
    const slots = SLOTS_BY_LENGTH[name.length]
    if (slots !== undefined) {
      const lowerCase = name.toLowerCase()
      for (const [slotName, slot] of slots) {
        if (slotName === lowerCase) fields[slot] = fields[slot] === undefined ? (rawHeaders[at + 1] ?? '') : SEVERAL
      }
    }
    if (!isPlain(name)) fields.oddNames = [...(fields.oddNames ?? []), name]
  }
  return fields
}

/** Letters, digits and hyphens only. A loop, as it runs for every header of every request: a third of a regular expression's time. */
function isPlain(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const lowerCase = name.charCodeAt(at) | 0x20
    const plain =
      (lowerCase >= 0x61 && lowerCase <= 0x7a) || (lowerCase >= 0x30 && lowerCase <= 0x39) || lowerCase === 0x2d
    if (!plain) return false
  }
  return true
}
