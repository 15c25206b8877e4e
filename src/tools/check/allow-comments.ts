import type { Position } from '../../config/problem.ts'
import type { Sources } from '../frame/source-lines.ts'

/** `# forwardgate: allow ID, ID` in a file: which findings are accepted, and for which lines. */
export interface AllowComment {
  readonly ids: readonly string[]
  readonly position: Position
  /** Lines, both included. */
  readonly from: number
  readonly to: number
}

/** More are not read: what they would accept is reported. */
const MAX_COMMENTS = 1_000

const COMMENT = /^(?<before>.*?)#\s*forwardgate:\s*allow\s+(?<ids>.*)$/

/** Every such comment of these texts. */
export function allowComments(sources: Sources): readonly AllowComment[] {
  const comments: AllowComment[] = []
  for (const [file, text] of sources) {
    if (!text.includes('forwardgate:')) continue
    const lines = text.split('\n')
    for (const [index, line] of lines.entries()) {
      const found = COMMENT.exec(line.slice(0, MAX_LINE).trimEnd())?.groups
      if (found === undefined || comments.length >= MAX_COMMENTS) continue
      const [from, to] = covered(lines, index, found['before'] ?? '')
      const position = { file, line: index + 1, column: (found['before'] ?? '').length + 1 }
      comments.push({ ids: idsIn(found['ids'] ?? ''), position, from: from + 1, to: to + 1 })
    }
  }
  return comments
}

/** A longer line was not written by a person. */
const MAX_LINE = 2_000

/** The first word, and those after it with a comma before them or a hyphen in them; what follows is a reason. */
function idsIn(text: string): readonly string[] {
  const ids: string[] = []
  for (const [, comma, word = ''] of text.matchAll(/(,?)\s*([^\s,]+)/g)) {
    const isId = /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(word) && (ids.length === 0 || comma === ',' || word.includes('-'))
    if (!isId) break
    ids.push(word)
  }
  return ids
}

/** The lines that a comment is about: the line that it ends, or what follows it, with everything below that. */
function covered(lines: readonly string[], at: number, before: string): readonly [from: number, to: number] {
  if (before.trim() !== '') return isOfObject(lines, at) ? around(lines, headOf(lines, at)) : block(lines, at)
  const next = nextContent(lines, at)
  if (next === undefined) return [at, at]
  return isFirst(lines, next) ? around(lines, next) : block(lines, next)
}

/** Whether a line says which object this is: its kind, or its name below `metadata`. */
function isOfObject(lines: readonly string[], at: number): boolean {
  return OBJECT.test(lines[headOf(lines, at)] ?? '')
}

const OBJECT = /^\s*(?:- )?(?:apiVersion|kind|metadata)\s*:/

/** The line `metadata:` for what is below it, else the line itself. */
function headOf(lines: readonly string[], at: number): number {
  const above = lines.slice(Math.max(0, at - MAX_METADATA), at)
  const head = above.findLastIndex((line) => isContent(line) && indent(line) < indent(lines[at] ?? ''))
  const found = Math.max(0, at - MAX_METADATA) + head
  return head !== -1 && /^\s*(?:- )?metadata\s*:/.test(lines[found] ?? '') ? found : at
}

/** Lines of the metadata of an object. */
const MAX_METADATA = 100

/** A line with everything below it. */
function block(lines: readonly string[], at: number): readonly [number, number] {
  const own = indent(lines[at] ?? '')
  const isItem = /^\s*-(?:\s|$)/.test(lines[at] ?? '')
  let to = at
  for (let next = at + 1; next < lines.length; next++) {
    const line = lines[next] ?? ''
    if (isSeparator(line)) break
    if (!isContent(line)) continue
    const belongs =
      indent(line) > own || (indent(line) === own && (/^\s*[}\]]/.test(line) || (!isItem && /^\s*- /.test(line))))
    if (!belongs) break
    to = next
  }
  return [at, to]
}

/** The whole map that a line is a member of. */
function around(lines: readonly string[], at: number): readonly [number, number] {
  const own = column(lines[at] ?? '')
  let from = at
  while (!startsItem(lines[from] ?? '', own) && from > 0 && isInside(lines[from - 1] ?? '', own)) from--
  let to = at
  while (to + 1 < lines.length && isInside(lines[to + 1] ?? '', own) && !startsItem(lines[to + 1] ?? '', own)) to++
  return [from, to]
}

function isInside(line: string, own: number): boolean {
  return !isSeparator(line) && (!isContent(line) || column(line) >= own)
}

/** `- key:` whose key is in this column. */
function startsItem(line: string, own: number): boolean {
  return /^\s*- /.test(line) && column(line) === own && indent(line) < own
}

function isFirst(lines: readonly string[], at: number): boolean {
  const above = lines.slice(0, at)
  return !above.slice(above.findLastIndex(isSeparator) + 1).some(isContent)
}

function nextContent(lines: readonly string[], at: number): number | undefined {
  const found = lines.findIndex((line, index) => index > at && isContent(line) && !isSeparator(line))
  return found === -1 ? undefined : found
}

function isSeparator(line: string): boolean {
  return /^---(?:\s|$)/.test(line)
}

function isContent(line: string): boolean {
  return /^\s*[^\s#]/.test(line)
}

function indent(line: string): number {
  return line.length - line.trimStart().length
}

/** Where the key is, behind the dash of an item. */
function column(line: string): number {
  return /^\s*(?:- +)*/.exec(line)?.[0].length ?? 0
}
