/** Characters that RFC 3986 §2.3 calls unreserved: their escapes mean the same as themselves. */
const UNRESERVED = /[A-Za-z0-9\-._~]/

/** Printable ASCII without space, `\`, `;`, `?` and `#`, and `%` only as an escape. */
const PATH = /^\/(?:[!-"$&-:<->@-[\]-~]|%[0-9A-Fa-f]{2})*$/

/** Escapes of controls and of the characters that some backend would read as structure: `% / \ ; ? #`. */
const DANGEROUS_ESCAPE = /%(?:[01][0-9A-F]|7F|25|2F|5C|3B|3F|23)/

/** A segment that is empty, `.` or `..`. */
const UNCLEAR_SEGMENT = /\/\.{0,2}(?:\/|$)/

/** The longest path, in characters, and the most segments that a decision may hang on. */
export const MAX_PATH_CHARACTERS = 8 * 1024
export const MAX_SEGMENTS = 256

/** Whether a path is longer than any that is folded, compared and looked up. */
export function isPathTooLong(raw: string): boolean {
  if (raw.length > MAX_PATH_CHARACTERS) return true
  const slashes = raw.split('/', MAX_SEGMENTS + 3).length - 1
  return slashes - (raw.endsWith('/') ? 1 : 0) > MAX_SEGMENTS
}

/**
 * The one spelling of a path that a decision may hang on, without its trailing slash; undefined when some backend could
 * read the path as another one. Escapes of unreserved characters are decoded once and the others spelt in capitals
 * (RFC 3986 §6.2.2); dot segments, empty segments, `\`, `;`, escaped separators and controls, and escapes that are not
 * UTF-8 are refused, and so is a path that is too long.
 */
export function canonicalPath(raw: string): string | undefined {
  if (isPathTooLong(raw) || !PATH.test(raw)) return undefined
  const decoded = raw.includes('%') ? decodeUnreserved(raw) : raw
  if (decoded === undefined) return undefined
  const path = decoded.endsWith('/') ? decoded.slice(0, -1) : decoded
  return UNCLEAR_SEGMENT.test(path) ? undefined : path
}

/** Undefined with an escape that some backend would read as structure, or that is not UTF-8. */
function decodeUnreserved(raw: string): string | undefined {
  const decoded = raw.replace(/%[0-9A-Fa-f]{2}/g, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16))
    return UNRESERVED.test(character) ? character : triplet.toUpperCase()
  })
  return DANGEROUS_ESCAPE.test(decoded) || !isUtf8(decoded) ? undefined : decoded
}

/**
 * A canonical path as rules compare it: escapes decoded, case and composition ignored, so that no spelling of a path
 * slips past a rule. When it ignores case, Java takes `İ` for an `i`; file systems of macOS take `e` with an accent
 * after it for `é`. Takes only what `canonicalPath` returned.
 * Of more than 30 marks in a row the first ones are compared (UAX #15, Stream-Safe Text Format): no name has as many, and
 * to put a run of them in order, normalize takes time that grows with its square.
 */
export function foldPath(path: string): string {
  if (!path.includes('%')) return path.toLowerCase()
  const composed = decodeURIComponent(path).replace(LONG_RUN, '$1').normalize('NFC')
  return composed.replaceAll('İ', 'i').toUpperCase().toLowerCase().normalize('NFC')
}

const LONG_RUN = /(\p{M}{30})\p{M}+/gu

/** True when `path` is `prefix` or lies below it, by whole segments. The empty prefix is the root: everything. */
export function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}

function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
