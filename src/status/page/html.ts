/** A piece of HTML: made by `html`, or a constant of this project. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may be in a template: text is escaped, wherever it comes from; nothing is left out of that. */
export type Part = string | number | Html | readonly Html[] | undefined

/** A template whose values are escaped, so that none can end an element or an attribute. Attributes must be quoted. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(literals.reduce((text, literal, index) => `${text}${shown(parts[index - 1])}${literal}`))
}

function shown(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(({ text }) => text).join('')
  return escapeHtml(String(part))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/**
 * The one escape function: for text, and for attributes in quotes. What cannot be seen, or changes how the rest is read
 * (controls, NUL, bidi marks, lone surrogates), is shown as in the log, such as `\u202e`.
 */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"'`]|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (char) => ENTITIES[char] ?? [...Array(char.length).keys()].map((at) => codeUnit(char, at)).join(''),
  )
}

function codeUnit(char: string, at: number): string {
  return `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`
}
