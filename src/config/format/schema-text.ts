import * as z from 'zod'
import { didYouMean, nearestName } from '../nearest-name.ts'
import { listOf, quote } from '../problem.ts'

/*
 * The kinds of text that the file is made of. Every rule is a regular expression, so that the exported JSON Schema carries
 * it, and comes with the sentence that names the fix. The expressions are written for JSON Schema: `u` mode, no flags.
 */

const HOST = String.raw`(?:[A-Za-z0-9_](?:[A-Za-z0-9_\-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_\-]*[A-Za-z0-9_])?)*|\[[0-9A-Fa-f:.]+\])`
const LOOPBACK = String.raw`(?:localhost|[A-Za-z0-9.\-]+\.localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])`
const PORT = '(?::[0-9]{1,5})?'

/** Anything printable on one line, not empty, without blanks around it. */
export const plainText = text(
  String.raw`^(?![ \u00a0])[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+(?<![ \u00a0])$`,
  (input) =>
    input === '' ? 'must not be empty' : `${quote(input)} has control characters or blanks around it; write plain text`,
)

/** A file that a platform puts somewhere and replaces while we run. */
export const absoluteFile = text(
  String.raw`^\/[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$`,
  (input) => `${quote(input)} is not an absolute path; begin it with /`,
).meta({ title: 'absolute path' })

/** Name of an issuer or a route: it appears in URLs, metrics and logs. */
export const name = text('^(?!(?:none|unmatched)$)[a-z0-9][a-z0-9\\-]{0,62}$', (input) =>
  input === 'none' || input === 'unmatched'
    ? `the name ${quote(input)} is reserved for metrics; choose another`
    : `${quote(input)} is not a valid name; use 1 to 63 lower-case letters, digits and hyphens`,
).meta({ title: 'name' })

/** An integer and its unit; 0 to 999,999,999. */
export const duration = text(
  '^(?:0|[1-9][0-9]{0,8})(?:ms|s|m|h|d)$',
  (input) => `${quote(input)} is not a duration; write an integer and ms, s, m, h or d, such as 30s`,
).meta({ title: 'duration' })

/** `scope-token` of RFC 6749 §3.3. */
export const scope = text(String.raw`^[\u0021\u0023-\u005b\u005d-\u007e]+$`, (input) => {
  if (/^\S+( \S+)+$/.test(input)) return `${quote(input)} holds several scopes; write ${listOf(input.split(' '))}`
  return `${quote(input)} is not a scope; use printable ASCII without space, quote and backslash (RFC 6749 section 3.3)`
}).meta({ title: 'scope' })

/** A value of `acr_values`, which blanks separate in a quoted string (RFC 9470 §3). */
export const acrValue = text(
  String.raw`^[\u0021\u0023-\u005b\u005d-\u007e]+$`,
  (input) => `${quote(input)} cannot be sent in acr_values; use printable ASCII without space, quote and backslash`,
).meta({ title: 'acr' })

/** Absolute http or https URL without a fragment. */
export const webUrl = text(
  String.raw`^https?:\/\/${HOST}${PORT}(?:[\/?][\u0021\u0022\u0024-\u005b\u005d-\u007e]*)?$`,
  (input) => explainUrl(input, 'https://id.example.com/page'),
).meta({ title: 'URL' })

const PROTECTED_URL = String.raw`^(?:https:\/\/${HOST}|http:\/\/${LOOPBACK})${PORT}(?:\/[\u0021\u0022\u0024-\u003e\u0040-\u005b\u005d-\u007e]*)?(?:\?[\u0021\u0022\u0024-\u005b\u005d-\u007e]*)?$`

/** The `resource` of RFC 9728, or another URL that clients are sent to: https, or http on the loopback host. */
export const resourceUrl = text(PROTECTED_URL, (input) =>
  explainProtectedUrl(input, 'https://api.example.com/mcp'),
).meta({ title: 'URL' })

/** A redirect URI of an OAuth client (RFC 6749 §3.1.2), exactly; http only to loopback (RFC 8252 §7.3). */
export const redirectUri = text(PROTECTED_URL, (input) => {
  if (/^(?!https?:)[a-z][a-z0-9+.-]*:/i.test(input)) {
    return `${quote(input)} has a scheme that any program on the device can claim; only https, and http to localhost, work here`
  }
  return explainProtectedUrl(input, 'https://claude.ai/api/mcp/auth_callback')
}).meta({ title: 'URL' })

/** An origin as browsers send it (RFC 6454 §6.2), or `null`. */
export const origin = text(
  String.raw`^(?:null|https?:\/\/(?:[a-z0-9_](?:[a-z0-9_.\-]*[a-z0-9_])?|\[[0-9a-f:.]+\])${PORT})$`,
  (input) => {
    const meant = URL.parse(input)?.origin
    const fix = meant === undefined || meant === 'null' ? 'https://app.example.com' : meant
    return `${quote(input)} is not an origin; write scheme and host as browsers send them, such as ${fix}`
  },
).meta({ title: 'origin' })

export const hostName = text(`^${HOST}$`, (input) => {
  if (input.includes('*')) return `${quote(input)} has a wildcard; list every host`
  if (input.includes('/')) return `${quote(input)} is not a host name; write it without scheme and path`
  if (/:\d+$/.test(input)) return `${quote(input)} has a port; write ${quote(input.replace(/:\d+$/, ''))}`
  return `${quote(input)} is not a host name; write one such as api.example.com`
}).meta({ title: 'host' })

export const path = text(String.raw`^\/[\u0021\u0022\u0024-\u003e\u0040-\u005b\u005d-\u007e]*$`, (input) => {
  if (/[?#]/.test(input)) return `${quote(input)} has a query or fragment; write the path alone`
  if (!input.startsWith('/')) return `${quote(input)} is not a path; begin it with /`
  return `${quote(input)} has characters that no path has; percent-encode them`
}).meta({ title: 'path' })

/** A method's spelling; which ones exist is checked later. */
export const method = text(
  '^[A-Z\\-]+$',
  (input) => `${quote(input)} is not a method; write ${quote(input.toUpperCase())}`,
).meta({
  title: 'method',
})

const CLAIM = String.raw`[^@\/\u0000-\u001f][^\u0000-\u001f]*|(?:\/(?:[^~\/\u0000-\u001f]|~[01])*)+`

/** A claim: its exact top-level name, or a JSON Pointer (RFC 6901). */
export const claimName = text(`^(?:${CLAIM})$`, (input) =>
  input.startsWith('@')
    ? `${quote(input)} is not a claim here; @ names work in identityHeaders only`
    : explainClaim(input),
).meta({ title: 'claim' })

/** A top-level claim of the token, never a pointer. */
export const topLevelClaim = text(String.raw`^[^@\/\u0000-\u001f][^\u0000-\u001f]*$`, (input) =>
  input === ''
    ? 'must not be empty'
    : `${quote(input)} is not the name of a top-level claim; pointers and @ names do not work here`,
).meta({ title: 'claim' })

const NORMALISED = ['@scopes', '@client', '@issuer']

/** What an identity header is filled with: a claim, or one of the normalised values. */
export const identitySource = text(`^(?:@(?:scopes|client|issuer)|${CLAIM})$`, (input) => {
  if (!input.startsWith('@')) return explainClaim(input)
  const hint =
    nearestName(input, NORMALISED) === undefined ? '; write @scopes, @client, @issuer or the name of a claim' : ''
  return `${quote(input)} does not exist${didYouMean(input, NORMALISED)}${hint}`
}).meta({ title: 'claim or @scopes, @client, @issuer' })

/** Letters, digits and hyphens: an RFC 9110 token that no proxy spells in a second way. */
export const headerName = text(
  '^[A-Za-z0-9\\-]+$',
  (input) => `${quote(input)} cannot be used as a header here; use letters, digits and hyphens only`,
).meta({ title: 'header' })

/** `cookie-name` of RFC 6265 §4.1.1. */
export const cookieName = text(
  String.raw`^[!#$%&'*+\-.^_\x60|~0-9A-Za-z]+$`,
  (input) => `${quote(input)} is not the name of a cookie; write it without blanks, quotes, "=" and ";"`,
).meta({ title: 'cookie' })

/** The `typ` of RFC 9068 §2.1, with or without `application/`. */
export const tokenType = text(
  '^[A-Za-z0-9+.\\-\\/]+$',
  (input) => `${quote(input)} is not a token type; write one such as at+jwt`,
)

/** SPIFFE-ID §2.1. */
export const trustDomain = text(
  '^[a-z0-9._\\-]{1,255}$',
  (input) =>
    `${quote(input)} is not a SPIFFE trust domain; write its name alone, lower case, such as example.org for spiffe://example.org/app`,
)

/** RFC 3339 date-time with seconds and offset. */
export const dateTime = text(
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]+)?(?:[Zz]|[+\\-][0-9]{2}:[0-9]{2})$',
  (input) => `${quote(input)} is not a date and time; write it like 2026-01-01T00:00:00Z`,
).meta({ title: 'date and time' })

/** An empty list is always a mistake: it would admit no client, or every client. */
export const nonEmptyList = <T extends z.ZodType>(item: T) => z.array(item).min(1)

function explainProtectedUrl(input: string, example: string): string {
  return /^http:/i.test(input) && webUrl.safeParse(input).success
    ? `${quote(input)} is not https; write ${quote(input.replace(/^http/i, 'https'))} (http is only for localhost)`
    : explainUrl(input, example)
}

/** What a template or a deployment tool has left of a URL: variables that nothing was filled into, or a gap in their place. */
export function explainUnrendered(input: string): string | undefined {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what people write
  if (/\$\{|\$\(|\{\{/.test(input)) return 'contains a variable such as ${…}: render it first'
  if (/^https?:\/\/(?:[^/?#]*@)?(?:\.|[^/?#]*\.(?:[.:/?#]|$))/i.test(input))
    return 'has an empty part in its host name: was a variable left out of it?'
  return undefined
}

/** Why this is not an absolute web URL, and what to write. */
function explainUrl(input: string, example: string): string {
  const shown = quote(input)
  const unrendered = explainUnrendered(input)
  if (unrendered !== undefined) return `${shown} ${unrendered}`
  if (/^[^:/?#]+:\/\/[^/?#]*@/.test(input)) return `${shown} has credentials in it; remove them`
  if (input.includes('#')) return `${shown} has a fragment; remove the # and what follows`
  if (/^[^:/?#]+:\/\/[^/?#]*\*/.test(input)) return `${shown} has a wildcard host; list every URL`
  if (/^https?:\/\//.test(input))
    return `${shown} is not a well-formed URL; percent-encode unusual characters (a host in punycode)`
  return `${shown} is not an absolute URL; write one such as ${example}`
}

function explainClaim(input: string): string {
  if (input === '') return 'must not be empty'
  if (input.startsWith('/')) return `${quote(input)} is not a JSON Pointer; write ~0 for ~ (RFC 6901)`
  return `${quote(input)} is not the name of a claim; it has control characters`
}

function text(pattern: string, sentence: (input: string) => string) {
  return z.string().regex(new RegExp(pattern, 'u'), { error: ({ input }) => sentence(String(input)) })
}
