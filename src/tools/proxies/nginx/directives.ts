import type { Position } from '../../../config/problem.ts'
import type { Unreadable } from '../fronts/front.ts'

/** One directive with its arguments, and what is in its braces. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly block: readonly Directive[] | undefined
  readonly position: Position
}

/** Words and signs of one text, and levels of braces: more than any configuration has. */
const MAX_TOKENS = 100_000
const MAX_DEPTH = 32

interface Token {
  readonly text: string
  /** Braces and semicolons in quotes are text. */
  readonly isSign: boolean
  readonly position: Position
}

/** Reads the language of nginx: words, `;`, and braces. */
export function readDirectives(file: string, text: string): readonly Directive[] | Unreadable {
  const tokens = tokensOf(file, text)
  if (tokens === undefined)
    return { ok: false, what: `has more than ${MAX_TOKENS} words`, position: { file, line: 1, column: 1 } }
  const open: { directives: Directive[]; words: Token[] }[] = [{ directives: [], words: [] }]
  for (const token of tokens) {
    const top = open.at(-1)
    if (top === undefined) break
    const [first, ...rest] = top.words
    if (!token.isSign) top.words.push(token)
    else if (token.text === '{') {
      if (first === undefined || open.length > MAX_DEPTH)
        return { ok: false, what: 'has a brace that cannot be read', position: token.position }
      open.push({ directives: [], words: [] })
    } else if (token.text === ';') {
      if (first !== undefined) top.directives.push(directive(first, rest, undefined))
      top.words = []
    } else {
      open.pop()
      const outer = open.at(-1)
      const [name, ...args] = outer?.words ?? []
      if (outer === undefined || name === undefined || first !== undefined)
        return { ok: false, what: 'has a brace that closes nothing', position: token.position }
      outer.directives.push(directive(name, args, top.directives))
      outer.words = []
    }
  }
  const [whole, ...unclosed] = open
  const left = unclosed.length > 0 ? open.at(-2)?.words[0] : whole?.words[0]
  if (left !== undefined) return { ok: false, what: `${left.text} is not closed`, position: left.position }
  return whole?.directives ?? []
}

function directive(name: Token, args: readonly Token[], block: readonly Directive[] | undefined): Directive {
  return { name: name.text, args: args.map(({ text }) => text), block, position: name.position }
}

/** A comment, a text in quotes, a sign, a word; `${name}` has braces of its own. */
const TOKEN =
  /#[^\n]*|"(?<double>(?:[^"\\]|\\[\s\S])*)"|'(?<single>(?:[^'\\]|\\[\s\S])*)'|(?<sign>[{};])|(?<word>(?:\$\{[^{}\n]*\}|\\[\s\S]|[^\s{};"'])(?:\$\{[^{}\n]*\}|\\[\s\S]|[^\s{};])*)|(?<other>["'])/g

function tokensOf(file: string, text: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  let line = 1
  let lineStart = 0
  let seen = 0
  for (const match of text.matchAll(TOKEN)) {
    for (; seen < match.index; seen++) {
      if (text.charCodeAt(seen) !== 10) continue
      line++
      lineStart = seen + 1
    }
    const { double, single, sign, word, other } = match.groups ?? {}
    const found = double ?? single ?? sign ?? word ?? other
    if (found === undefined) continue
    if (tokens.length >= MAX_TOKENS) return undefined
    const position = { file, line, column: match.index - lineStart + 1 }
    tokens.push({ text: found.replace(/\\(["'\\])/g, '$1'), isSign: sign !== undefined, position })
  }
  return tokens
}
