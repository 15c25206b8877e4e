const LONGEST = 200

/**
 * Makes an unverified text fit for a log line: printable ASCII only, its first 200 characters.
 * What else it holds is shown as `\u00e9`, so that nothing can forge a line or hide in one.
 */
export function showUnverified(text: string): string {
  const shown = text
    .slice(0, LONGEST)
    .replace(/[^\x20-\x7e]|\\/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return text.length > LONGEST ? `${shown}…` : shown
}
