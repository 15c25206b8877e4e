const LONGEST = 200

/**
 * Makes an unverified text fit for a log line: printable ASCII only, its first 200 characters.
 * What else it holds is shown as `\u00e9`, so that nothing can forge a line or hide in one.
 */
export function showUnverified(text: string): string {
  const shown = escaped(text.slice(0, LONGEST))
  return text.length > LONGEST ? `${shown}…` : shown
}

/** The same of the last 200 characters: what a proxy adds at the end must not be cut off by what a client began. */
export function showUnverifiedEnd(text: string): string {
  const shown = escaped(text.slice(-LONGEST))
  return text.length > LONGEST ? `…${shown}` : shown
}

function escaped(text: string): string {
  return text.replace(/[^\x20-\x7e]|\\/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
