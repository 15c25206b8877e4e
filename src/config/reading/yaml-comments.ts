import { Lexer } from 'yaml'

/** What the lexer says of the next token: it is a scalar. The others of its marks are no text either. */
const SCALAR = '\u001f'
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', SCALAR])

/**
 * Where the comments of a YAML text begin: line and column, counted from 0. A scalar that looks like one is none: others
 * may have written what it says.
 */
export function* commentsIn(text: string): Generator<{ readonly at: number; readonly column: number }> {
  let at = 0
  let column = 0
  let isScalar = false
  for (const token of new Lexer().lex(text)) {
    const isMark: boolean = !isScalar && MARKS.has(token)
    if (!isScalar && token.startsWith('#')) yield { at, column }
    isScalar = isMark && token === SCALAR
    if (isMark) continue
    const end = token.lastIndexOf('\n')
    column = end === -1 ? column + token.length : token.length - end - 1
    if (end !== -1) at += token.split('\n').length - 1
  }
}
