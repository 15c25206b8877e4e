import type { Denial } from '../denial.ts'
import { type HeaderField, SEVERAL } from './header-fields.ts'

/** The longest access token that is looked at, in characters. */
export const MAX_TOKEN_CHARACTERS = 32 * 1024

/** How a token is presented: as `Bearer` (RFC 6750), or as `DPoP` with a proof (RFC 9449 §7.1). */
export type Scheme = 'bearer' | 'dpop'

/** A token that nothing is known of yet, as it came. */
export interface Presented {
  readonly scheme: Scheme
  readonly token: string
}

/** What a request presents, or why that is nothing; `scheme` if it is one of ours. */
export type Credentials =
  | ({ readonly ok: true } & Presented)
  | { readonly ok: false; readonly denial: Denial; readonly scheme?: Scheme }

/** What follows the first `token` of RFC 9110 §5.6.2, which a scheme is. */
const BEYOND_SCHEME = /[^!#$%&'*+.^_`|~0-9A-Za-z-].*$/s
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

/** The schemes of a route that takes no proofs. */
const BEARER_ONLY: readonly Scheme[] = ['bearer']
const NAMES = { bearer: 'Bearer', dpop: 'DPoP' } as const satisfies Record<Scheme, string>

/**
 * The token of `Authorization: Bearer <token>` (RFC 6750 §2.1), or of another of these schemes: one field, scheme in any
 * case, spaces, the token. Its alphabet is checked with the rest of its syntax, where it is read for the first time; it has
 * no space, so that only one token can be read from the field. Never from the query or the body.
 */
export function parseCredentials(authorization: HeaderField, schemes = BEARER_ONLY): Credentials {
  if (authorization === SEVERAL) return denied({ reason: 'credentials_ambiguous', step: 'credentials' })
  if (authorization === undefined || authorization === '')
    return denied({ reason: 'credentials_missing', step: 'credentials' })
  const named = authorization.startsWith('Bearer ') ? 'bearer' : authorization.replace(BEYOND_SCHEME, '').toLowerCase()
  const scheme = schemes.find((known) => known === named)
  if (scheme === undefined) {
    const known = KNOWN_SCHEMES.has(named) ? named : 'other'
    return denied({ reason: 'credentials_missing', step: 'credentials', scheme: known })
  }
  const { length } = scheme
  if (authorization.length > length && authorization[length] !== ' ') {
    return malformed(`no space after ${NAMES[scheme]}`, scheme)
  }
  let start = length
  while (authorization[start] === ' ') start += 1
  const token = authorization.slice(start)
  return token === '' ? malformed(`there is no token after ${NAMES[scheme]}`, scheme) : parseToken(token, scheme)
}

/** A token as it came: only its length is judged here. */
export function parseToken(token: string, scheme: Scheme = 'bearer'): Credentials {
  const { length } = token
  if (length <= MAX_TOKEN_CHARACTERS) return { ok: true, scheme, token }
  return denied({ reason: 'token_too_large', step: 'credentials', length, limit: MAX_TOKEN_CHARACTERS }, scheme)
}

function malformed(problem: string, scheme: Scheme): Credentials {
  return denied({ reason: 'credentials_malformed', step: 'credentials', problem }, scheme)
}

function denied(denial: Denial, scheme?: Scheme): Credentials {
  return { ok: false, denial, ...(scheme === undefined ? {} : { scheme }) }
}
