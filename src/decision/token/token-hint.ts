/** What programs write for a value that they do not have, in lower case. None of them is a token of anything. */
const MISSING_VALUES: ReadonlySet<string> = new Set([
  'undefined',
  'null',
  '(null)',
  'none',
  'nil',
  'nan',
  'false',
  '[object object]',
  '[object promise]',
])
const MAX_MISSING_VALUE_CHARACTERS = 16

const SECOND_SCHEME = /^bearer(?: |$)/i
const JSON_TEXT = /^\{\s*"/
/** As shells, templates, Windows and manuals write what is to be filled in. */
const PLACEHOLDER = /^\$|\$[{(]|\{\{|^<[^<>]*>$|^%\w+%$|^\{\w+\}$/
const QUOTES = /^(?:["'`]|\\"|%22|\u00e2\u0080[\u0098-\u009f])/

/** Which of the usual mistakes of clients a text that cannot be a token looks like. A fixed sentence: it ends in the log. */
export function hintAt(token: string): string | undefined {
  if (SECOND_SCHEME.test(token)) return 'it begins with Bearer once more: the client adds that word itself'
  if (JSON_TEXT.test(token)) return 'it is JSON: send the access_token in it, alone'
  if (PLACEHOLDER.test(token)) return 'it has a placeholder that nothing was filled into'
  if (QUOTES.test(token)) return 'it is in quotes: send it without them'
  if (isMissingValue(token)) return 'it is how programs print a missing value'
  return undefined
}

/** Whether a text is what programs write for a value that they do not have. */
export function isMissingValue(token: string): boolean {
  return token.length <= MAX_MISSING_VALUE_CHARACTERS && MISSING_VALUES.has(token.toLowerCase())
}
