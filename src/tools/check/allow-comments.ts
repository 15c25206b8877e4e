import type { Position } from '../../config/problem.ts'
import { commentsIn } from '../../config/reading/yaml-comments.ts'
import type { Sources } from '../frame/source-lines.ts'

/** `# forwardgate: allow ID, ID` in a file: which findings are accepted, and for which lines. */
export interface AllowComment {
  readonly ids: readonly string[]
  readonly position: Position
  /** Lines, both included. */
  readonly from: number
  readonly to: number
}

/** More are not read, and neither is a longer text: what they would accept is reported. Each may look at each line. */
const MAX_COMMENTS = 1_000
const MAX_LINES = 100_000

const ALLOW = /#\s*forwardgate:\s*allow\s+(?<ids>.*)$/

/** Every such comment of these texts. */
export function allowComments(sources: Sources): readonly AllowComment[] {
  const comments: AllowComment[] = []
  for (const [file, text] of sources) {
    if (!text.includes('forwardgate:')) continue
    const lines = text.split('\n')
    if (lines.length > MAX_LINES) continue
    const facts = lines.map(readLine)
    for (const { at, column } of commentsIn(text)) {
      const line = (lines[at] ?? '').slice(0, MAX_LINE).trimEnd()
      const found = ALLOW.exec(line.slice(column))
      if (found === null || comments.length >= MAX_COMMENTS) continue
      const [from, to] = covered(facts, at, line.slice(0, column).trim() !== '')
      const position = { file, line: at + 1, column: column + found.index + 1 }
      comments.push({ ids: idsIn(found.groups?.['ids'] ?? ''), position, from: from + 1, to: to + 1 })
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

/** A line, as far as it says what belongs together: thousands of comments may look at it. */
interface Line {
  readonly indent: number
  /** Where the key is, behind the dashes of an item. */
  readonly column: number
  readonly isContent: boolean
  readonly isSeparator: boolean
  /** `- ` at its beginning, or `-` alone. */
  readonly isItem: boolean
  readonly closes: boolean
  /** Whether it says which object this is: its kind, or its metadata. */
  readonly ofObject: 'kind' | 'metadata' | undefined
}

function readLine(text: string): Line {
  const indent = text.length - text.trimStart().length
  const object = OBJECT.exec(text)?.groups?.['key']
  return {
    indent,
    column: /^\s*(?:- +)*/.exec(text)?.[0].length ?? 0,
    isContent: /^\s*[^\s#]/.test(text),
    isSeparator: /^---(?:\s|$)/.test(text),
    isItem: /^\s*-(?:\s|$)/.test(text),
    closes: text[indent] === '}' || text[indent] === ']',
    ofObject: object === undefined ? undefined : object === 'metadata' ? 'metadata' : 'kind',
  }
}

const OBJECT = /^\s*(?:- )?(?<key>apiVersion|kind|metadata)\s*:/

/** The lines that a comment is about: the line that it ends (`beside`), or what follows it, with everything below that. */
function covered(lines: readonly Line[], at: number, beside: boolean): readonly [from: number, to: number] {
  if (beside) {
    const head = headOf(lines, at)
    return lines[head]?.ofObject === undefined ? block(lines, at) : around(lines, head)
  }
  const next = nextContent(lines, at)
  if (next === undefined) return [at, at]
  return isFirst(lines, next) ? around(lines, next) : block(lines, next)
}

/** The line `metadata:` for what is below it, else the line itself. */
function headOf(lines: readonly Line[], at: number): number {
  const own = lines[at]?.indent ?? 0
  const least = Math.max(0, at - MAX_METADATA)
  for (let above = at - 1; above >= least; above--) {
    const line = lines[above]
    if (line?.isContent === true && line.indent < own) return line.ofObject === 'metadata' ? above : at
  }
  return at
}

/** Lines of the metadata of an object. */
const MAX_METADATA = 100

/** A line with everything below it. */
function block(lines: readonly Line[], at: number): readonly [number, number] {
  const own = lines[at]?.indent ?? 0
  const isItem = lines[at]?.isItem === true
  let to = at
  for (let next = at + 1; next < lines.length; next++) {
    const line = lines[next]
    if (line === undefined || line.isSeparator) break
    if (!line.isContent) continue
    const belongs = line.indent > own || (line.indent === own && (line.closes || (!isItem && line.isItem)))
    if (!belongs) break
    to = next
  }
  return [at, to]
}

/** The whole map that a line is a member of. */
function around(lines: readonly Line[], at: number): readonly [number, number] {
  const own = lines[at]?.column ?? 0
  let from = at
  while (!startsItem(lines[from], own) && isInside(lines[from - 1], own)) from--
  let to = at
  while (isInside(lines[to + 1], own) && !startsItem(lines[to + 1], own)) to++
  return [from, to]
}

function isInside(line: Line | undefined, own: number): boolean {
  return line !== undefined && !line.isSeparator && (!line.isContent || line.column >= own)
}

/** `- key:` whose key is in this column. */
function startsItem(line: Line | undefined, own: number): boolean {
  return line?.isItem === true && line.column === own && line.indent < own
}

/** Whether no content is above it in its document. */
function isFirst(lines: readonly Line[], at: number): boolean {
  for (let above = at - 1; above >= 0; above--) {
    const line = lines[above]
    if (line?.isSeparator === true) return true
    if (line?.isContent === true) return false
  }
  return true
}

function nextContent(lines: readonly Line[], at: number): number | undefined {
  for (let next = at + 1; next < lines.length; next++) {
    const line = lines[next]
    if (line?.isContent === true && !line.isSeparator) return next
  }
  return undefined
}
