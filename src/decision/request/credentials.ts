import type { Denial } from '../denial.ts'
import { type HeaderField, SEVERAL } from './header-fields.ts'

/** The longest access token that is looked at, in characters. */
export const MAX_TOKEN_CHARACTERS = 32 * 1024

/** A token that nothing is known of yet, or why there is none. */
export type Credentials =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly denial: Denial }

/** What follows the first `token` of RFC 9110 §5.6.2, which a scheme is. */
const BEYOND_SCHEME = /[^!#$%&'*+.^_`|~0-9A-Za-z-].*$/s
const SCHEME_LENGTH = 'Bearer'.length
const KNOWN_SCHEMES: ReadonlySet<string> = new Set([
  'basic',
  'digest',
  'negotiate',
  'dpop',
  'token',
  'apikey',
  'hoba',
  'mutual',
])

/**
 * The token of `Authorization: Bearer <token>` (RFC 6750 §2.1): one field, scheme in any case, spaces, the token.
 * Its alphabet is checked with the rest of its syntax, where it is read for the first time; it has no space, so that only
 * one token can be read from the field. Never from the query or the body.
 */
export function parseCredentials(authorization: HeaderField): Credentials {
  if (authorization === SEVERAL) return denied({ reason: 'credentials_ambiguous', step: 'credentials' })
  if (authorization === undefined || authorization === '')
    return denied({ reason: 'credentials_missing', step: 'credentials' })
  if (!authorization.startsWith('Bearer ')) {
    const scheme = authorization.replace(BEYOND_SCHEME, '').toLowerCase()
    if (scheme !== 'bearer') {
      const known = KNOWN_SCHEMES.has(scheme) ? scheme : 'other'
      return denied({ reason: 'credentials_missing', step: 'credentials', scheme: known })
    }
  }
  if (authorization.length > SCHEME_LENGTH && authorization[SCHEME_LENGTH] !== ' ')
    return malformed('no space after Bearer')
  let start = SCHEME_LENGTH
  while (authorization[start] === ' ') start += 1
  const token = authorization.slice(start)
  return token === '' ? malformed('there is no token after Bearer') : parseToken(token)
}

/** A token as it came: only its length is judged here. */
export function parseToken(token: string): Credentials {
  const { length } = token
  if (length <= MAX_TOKEN_CHARACTERS) return { ok: true, token }
  return denied({ reason: 'token_too_large', step: 'credentials', length, limit: MAX_TOKEN_CHARACTERS })
}

function malformed(problem: string): Credentials {
  return denied({ reason: 'credentials_malformed', step: 'credentials', problem })
}

function denied(denial: Denial): Credentials {
  return { ok: false, denial }
}
