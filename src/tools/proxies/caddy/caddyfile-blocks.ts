import type { Position } from '../../../config/problem.ts'
import type { Unreadable } from '../fronts/front.ts'

/** One line of a Caddyfile, and what is in its braces. */
export interface CaddyLine {
  readonly words: readonly string[]
  readonly block: readonly CaddyLine[] | undefined
  readonly position: Position
}

/** Lines of one file, and levels of braces: more than any Caddyfile has. */
const MAX_LINES = 50_000
const MAX_DEPTH = 32
const MAX_LINE_CHARACTERS = 16_384

interface Open {
  readonly lines: CaddyLine[]
  readonly words: readonly string[]
  readonly position: Position
}

/** Reads the language of Caddy: words on lines, and braces at the ends of them. Texts over several lines are not known. */
export function readCaddyLines(file: string, text: string): readonly CaddyLine[] | Unreadable {
  const start = { file, line: 1, column: 1 }
  const whole: CaddyLine[] = []
  const open: Open[] = [{ lines: whole, words: [], position: start }]
  const rows = text.split('\n')
  if (rows.length > MAX_LINES) return { ok: false, what: `has more than ${MAX_LINES} lines`, position: start }
  for (const [index, row] of rows.entries()) {
    const position = { file, line: index + 1, column: row.length - row.trimStart().length + 1 }
    const words = row.length > MAX_LINE_CHARACTERS ? undefined : wordsOf(row)
    if (words === undefined) return { ok: false, what: 'has a text that does not end on its line', position }
    const last = words.at(-1)
    const top = open.at(-1)
    if (words.length === 0 || top === undefined) continue
    if (words[0] === '}') {
      open.pop()
      const outer = open.at(-1)
      if (outer === undefined || words.length > 1)
        return { ok: false, what: 'has a brace that closes nothing', position }
      outer.lines.push({ words: top.words, block: top.lines, position: top.position })
    } else if (last === '{') {
      if (open.length > MAX_DEPTH) return { ok: false, what: 'has too many braces within each other', position }
      open.push({ lines: [], words: words.slice(0, -1), position })
    } else top.lines.push({ words, block: undefined, position })
  }
  const unclosed = open.at(-1)
  if (open.length > 1 && unclosed !== undefined)
    return { ok: false, what: 'has a brace that is not closed', position: unclosed.position }
  return whole
}

const WORD = /"(?<double>(?:[^"\\]|\\.)*)"|`(?<back>[^`]*)`|(?<word>[^\s"`]\S*)|(?<other>["`])/g

/** Undefined: a quote that is not closed. A word that begins with # begins a comment. */
function wordsOf(row: string): readonly string[] | undefined {
  const words: string[] = []
  for (const { groups = {} } of row.matchAll(WORD)) {
    const { double, back, word, other } = groups
    if (other !== undefined) return undefined
    if (word?.startsWith('#')) break
    if (word?.startsWith('<<')) return undefined
    words.push(double?.replace(/\\(["\\])/g, '$1') ?? back ?? word ?? '')
  }
  return words
}
