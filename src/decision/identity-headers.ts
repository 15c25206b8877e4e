import type { IdentityHeader, Route } from '../config/model.ts'
import type { ClaimSelector } from '../config/model-requirement.ts'
import type { Denial } from './denial.ts'
import type { VerifiedToken } from './token/access-token.ts'
import { readClaim } from './token/claims.ts'

/** More than this makes backends with Node's default limits answer 431. Bytes of names and values together. */
export const MAX_IDENTITY_BYTES = 8 * 1024

/** Headers as Node writes them: name, value, name, value … */
export type HeaderList = readonly string[]

type Built = { readonly ok: true; readonly headers: HeaderList } | { readonly ok: false; readonly denial: Denial }

/** Every identity header of the route with its value; empty if the token has no such claim, so that a client's copy is removed. */
export function buildIdentityHeaders(route: Route, token: VerifiedToken): Built {
  const least = route.identityHeaders.reduce(
    (sum, { name, source }) => sum + name.length + leastLength(source, token),
    0,
  )
  // Before anything is encoded: a claim may be as long as its token, and be copied into many headers.
  if (least > MAX_IDENTITY_BYTES) return tooLarge(least)
  const headers = route.identityHeaders.flatMap((header) => [header.name, headerValue(header, token)])
  const bytes = headers.reduce((sum, text) => sum + text.length, 0)
  if (bytes > MAX_IDENTITY_BYTES) return tooLarge(bytes)
  return { ok: true, headers: [...headers, ...upstreamAuthorization(route, token)] }
}

/** These headers and the verified token as `Bearer`, for backends that know no proofs. It is not part of what is kept about a token. */
export function withBearer(route: Route, headers: HeaderList, token: string): HeaderList {
  return route.upstreamAuthorization.kind === 'bearer' ? [...headers, 'Authorization', `Bearer ${token}`] : headers
}

/** The same headers without a token: every value empty. */
export function emptyIdentityHeaders(route: Route): HeaderList {
  const headers = route.identityHeaders.flatMap((header) => [header.name, ''])
  return route.upstreamAuthorization.kind === 'keep' ? headers : [...headers, 'Authorization', '']
}

/**
 * Lower-case names of the headers that this route sets, and of the one that it takes the token from: what an alias of
 * them would be taken for.
 */
export function identityHeaderNames(route: Route): ReadonlySet<string> {
  const names = emptyIdentityHeaders(route).flatMap((text, at) => (at % 2 === 0 ? [text.toLowerCase()] : []))
  return new Set(route.tokenSource.kind === 'header' ? [...names, route.tokenSource.name.toLowerCase()] : names)
}

/**
 * The first of these names that CGI-like backends read as an identity header (`X_Auth_Subject`, `X.Auth.Subject`).
 * The proxy removes only the exact name (CVE-2026-54763, CVE-2026-88011).
 */
export function findAlias(oddNames: readonly string[], identityNames: ReadonlySet<string>): string | undefined {
  return oddNames.find((name) => identityNames.has(name.toLowerCase().replace(/[^a-z0-9]/g, '-')))
}

function tooLarge(bytes: number): Built {
  return { ok: false, denial: { reason: 'identity_too_large', step: 'identity', bytes, limit: MAX_IDENTITY_BYTES } }
}

/** What a value takes at least: no encoding is shorter than its text, and there is a comma or a blank between two items. */
function leastLength(source: IdentityHeader['source'], token: VerifiedToken): number {
  switch (source.kind) {
    case 'claim':
      return lengthOf(readClaim(token.claims, source.claim))
    case 'scopes':
      return lengthOf(token.scopes)
    case 'client':
      return lengthOf(token.client)
    case 'issuer':
      return token.issuer.name.length
  }
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (!Array.isArray(value)) return 0
  return (
    value.reduce((sum: number, item: unknown) => sum + (typeof item === 'string' ? item.length : 0), 0) +
    Math.max(0, value.length - 1)
  )
}

function headerValue(header: IdentityHeader, token: VerifiedToken): string {
  const { source } = header
  switch (source.kind) {
    case 'claim':
      return encodeClaim(readClaim(token.claims, source.claim))
    case 'scopes':
      // Space-separated as in RFC 6749 §3.3; a scope of a list may hold a space itself.
      return token.scopes.map((scope) => encodeText(scope).replaceAll(' ', '%20')).join(' ')
    case 'client':
      return encodeText(token.client ?? '')
    case 'issuer':
      return token.issuer.name
  }
}

function upstreamAuthorization(route: Route, token: VerifiedToken): HeaderList {
  const { upstreamAuthorization: upstream } = route
  switch (upstream.kind) {
    case 'keep':
    // By `withBearer`.
    case 'bearer':
      return []
    case 'strip':
      return ['Authorization', '']
    case 'secret':
      return ['Authorization', upstream.value]
    case 'claim':
      return ['Authorization', bearer(upstream.claim, token)]
  }
}

function bearer(claim: ClaimSelector, token: VerifiedToken): string {
  const value = readClaim(token.claims, claim)
  return typeof value === 'string' && value !== '' ? `Bearer ${encodeText(value)}` : ''
}

function encodeClaim(value: unknown): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((item) => encodeScalar(item).replaceAll(',', '%2C')).join(',')
  return encodeScalar(value)
}

function encodeScalar(value: unknown): string {
  if (typeof value === 'string') return encodeText(value)
  if (typeof value === 'object' && value !== null) return Buffer.from(JSON.stringify(value)).toString('base64url')
  return String(value)
}

const NEEDS_ENCODING = /[^\x20-\x7e]|%|^ | $/u

/** Percent-encodes what a header cannot carry or what would make two texts look the same: no CR, LF or NUL gets through. */
function encodeText(text: string): string {
  if (!NEEDS_ENCODING.test(text)) return text
  const [start, end] = blanksAround(text)
  const inner = text.slice(start, end).replace(/[^\x20-\x7e]+|%/gu, percentEncode)
  return `${'%20'.repeat(start)}${inner}${'%20'.repeat(text.length - end)}`
}

/** By hand: a regular expression for blanks at the end begins anew at each blank. */
function blanksAround(text: string): readonly [start: number, end: number] {
  let start = 0
  while (text[start] === ' ') start += 1
  let end = text.length
  while (end > start && text[end - 1] === ' ') end -= 1
  return [start, end]
}

function percentEncode(text: string): string {
  const hex = text.isWellFormed() ? Buffer.from(text).toString('hex') : Array.from(text, hexOf).join('')
  return hex.toUpperCase().replace(/../g, '%$&')
}

/** A lone half of a surrogate pair, which JSON may hold, gets its own bytes (WTF-8); Node would make all of them U+FFFD. */
function hexOf(char: string): string {
  if (char.isWellFormed()) return Buffer.from(char).toString('hex')
  const code = char.charCodeAt(0)
  return ((0xe0 | (code >> 12)) * 0x10000 + (0x80 | ((code >> 6) & 0x3f)) * 0x100 + (0x80 | (code & 0x3f))).toString(16)
}
