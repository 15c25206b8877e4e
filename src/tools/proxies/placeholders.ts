/** What is filled in later, by Flux, Compose, envsubst or kustomize; a Go template arrives as a row of underscores. */
const PLACEHOLDER = /\$\{(?:[^{}]|\{[^{}]*\})*\}|\$\([^()]*\)|_{4,}/

/** In an address there is no other use of `$NAME`. */
const IN_ADDRESS = new RegExp(`${PLACEHOLDER.source}|\\$[A-Za-z_]\\w*`, 'g')

/** Takes the place of a placeholder in an address: nothing is known of it, and every part of a URL may hold it. */
export const UNWRITTEN = 'unwritten'

/** Whether something of a text is filled in later. */
export function hasPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text)
}

/** An address that can be read although parts of it are filled in later. */
export function fillAddress(text: string): string {
  const parts = text.replace(IN_ADDRESS, UNWRITTEN)
  return parts
    .replace(new RegExp(`:${UNWRITTEN}(?=/|$)`), '')
    .replace(new RegExp(`^${UNWRITTEN}(?=://)`), 'http')
    .replace(new RegExp(`^(?=${UNWRITTEN}(?!://))`), 'http://')
}

/** A text of which parts may be unknown. */
export interface PartlyKnown {
  /** Whether it is this text, or this text begins with it; undefined: perhaps. */
  readonly is: (text: string) => boolean | undefined
  readonly begins: (text: string) => boolean | undefined
  /** Nothing of it is known but slashes and dots. */
  readonly isVague: boolean
}

/** Reads a text as what is known of it. */
export function partlyKnown(written: string): PartlyKnown {
  const pieces = written.split(PLACEHOLDER)
  if (pieces.length === 1)
    return { is: (text) => text === written, begins: (text) => text.startsWith(written), isVague: false }
  return {
    is: (text) => (fits(pieces, text, true) ? undefined : false),
    begins: (text) => (fits(pieces, text, false) ? undefined : false),
    isVague: !/[^/.]/.test(pieces.join('')),
  }
}

/** Whether the pieces are in the text, in this order, the first at its beginning. */
function fits(pieces: readonly string[], text: string, toTheEnd: boolean): boolean {
  const [first = '', ...others] = pieces
  const last = toTheEnd ? (others.pop() ?? '') : ''
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false
  let at = first.length
  for (const piece of others) {
    const found = text.indexOf(piece, at)
    if (found === -1) return false
    at = found + piece.length
  }
  return at <= text.length - last.length
}
