import type { Route, TokenSource } from '../../config/model.ts'
import { type Credentials, parseCredentials, parseToken, type Scheme } from './credentials.ts'
import { type HeaderField, type HeaderFields, SEVERAL, valuesOf } from './header-fields.ts'

/**
 * The token of a request, from the one place that its route names; the other places are not looked at, so that no token
 * hides behind another one. `schemes`: those that Authorization may have; default: Bearer. A header may hold the bare token, or `Bearer <token>` as Authorization does; of a cookie
 * nothing is decoded (RFC 6265 §4.1.1). Sent twice, in one field or in two, it is ambiguous.
 */
export function readCredentials(source: TokenSource, fields: HeaderFields, schemes?: readonly Scheme[]): Credentials {
  switch (source.kind) {
    case 'authorization':
      return parseCredentials(fields.authorization, schemes)
    case 'header': {
      const value = headerNamed(source.name, fields.rawHeaders)
      if (value === SEVERAL) return AMBIGUOUS
      if (value === undefined || value === '') return missing(fields)
      return /^bearer /i.test(value) ? parseCredentials(value) : parseToken(value)
    }
    case 'cookie': {
      const [value, ...others] = cookiesNamed(source.name, fields.rawHeaders)
      if (others.length > 0) return AMBIGUOUS
      return value === undefined || value === '' ? missing(fields) : parseToken(value)
    }
  }
}

/** The schemes that a route knows in Authorization. */
export function schemesOf({ dpop }: Route): readonly Scheme[] {
  return SCHEMES[dpop.mode]
}

/** Whether nothing at all came where the route looks, and no Authorization either: only such a request is anonymous. */
export function hasNoCredentials(source: TokenSource, fields: HeaderFields): boolean {
  if (fields.authorization !== undefined) return false
  switch (source.kind) {
    case 'authorization':
      return true
    case 'header':
      return headerNamed(source.name, fields.rawHeaders) === undefined
    case 'cookie':
      return cookiesNamed(source.name, fields.rawHeaders).length === 0
  }
}

const SCHEMES = { off: ['bearer'], accepted: ['bearer', 'dpop'], required: ['bearer', 'dpop'] } as const
const AMBIGUOUS: Credentials = { ok: false, denial: { reason: 'credentials_ambiguous', step: 'credentials' } }

function missing({ authorization }: HeaderFields): Credentials {
  const elsewhere = authorization === undefined ? {} : { hint: 'Authorization is there, but not read on this route' }
  return { ok: false, denial: { reason: 'credentials_missing', step: 'credentials', ...elsewhere } }
}

function headerNamed(wanted: string, rawHeaders: readonly string[]): HeaderField {
  const [value, ...others] = valuesOf(wanted.toLowerCase(), rawHeaders)
  return others.length > 0 ? SEVERAL : value
}

/** Over HTTP/2 each pair may come in a field of its own (RFC 9113 §8.2.3). */
function cookiesNamed(wanted: string, rawHeaders: readonly string[]): readonly string[] {
  const pairs = valuesOf('cookie', rawHeaders).flatMap((field) => field.split(';'))
  return pairs.flatMap((pair) => {
    const equals = pair.indexOf('=')
    return equals !== -1 && pair.slice(0, equals).trim() === wanted ? [pair.slice(equals + 1).trim()] : []
  })
}
