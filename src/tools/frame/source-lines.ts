import type { Page } from '../../cli/output.ts'
import type { Position } from '../../config/problem.ts'

/** Texts by the names of their files, of which lines may be shown. */
export type Sources = ReadonlyMap<string, string>

/** Gives the line of a position; undefined if it may not be shown. */
export type ReadLine = (position: Position) => string | undefined

/** In a pipe, in which a page has no width. */
const MAX_COLUMNS = 120

/** A longer line was not written by a person, and searching it for every finding would take its time. */
const MAX_LINE_LENGTH = 10_000

/** Splits a text only if a line of it is needed, and once. */
export function lineReader(sources: Sources): ReadLine {
  const split = new Map<string, readonly string[]>()
  return ({ file, line }) => {
    const lines = split.get(file) ?? sources.get(file)?.split('\n') ?? []
    split.set(file, lines)
    return lines[line - 1]
  }
}

/** The line at a position with a caret below it, as compilers show it; nothing if there is none to show. */
export function formatSource(
  position: Position | undefined,
  readLine: ReadLine,
  { paint, width }: Page,
): readonly string[] {
  const line = position === undefined ? undefined : readLine(position)
  if (position === undefined || line === undefined || line.length > MAX_LINE_LENGTH || line.trim() === '') return []
  const gutter = `  ${position.line} | `
  const room = Math.min(width, MAX_COLUMNS) - gutter.length
  const { text, column } = excerpt(printable(withoutSecrets(line)), position.column - 1, room)
  const below = `${'|'.padStart(gutter.length - 1)} ${' '.repeat(column)}`
  return [`${paint('quiet', gutter)}${text}`, `${paint('quiet', below)}${paint('bad', '^')}`]
}

/** One character stays one character, so that the caret is right. */
function printable(line: string): string {
  return line
    .trimEnd()
    .replace(/\t/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

/** What fits of a long line around a column. */
function excerpt(line: string, column: number, room: number): { readonly text: string; readonly column: number } {
  if (line.length <= room) return { text: line, column }
  const start = Math.max(0, Math.min(column - Math.floor(room / 2), line.length - room))
  const shown = line.slice(start, start + room)
  const begun = start === 0 ? shown : `…${shown.slice(1)}`
  return { text: start + room >= line.length ? begun : `${begun.slice(0, -1)}…`, column: column - start }
}

/** The value after a key whose name is that of a secret, in a map of YAML or JSON. */
const SECRET =
  /(?<key>(?:secret|password|passwd|token|api[-_]?key|credentials?|authorization)["']?\s{0,9}[:=]\s{0,9})(?<value>[^\s{[].*)$/i

/** A secret in a file that should have none must not reach the log of a pipeline: neither such a value nor the password of a URL. */
function withoutSecrets(line: string): string {
  return line
    .replace(/(?<=:\/\/)[^/?#\s]*(?=@)/g, dots)
    .replace(SECRET, (_, key: string, value: string) => `${key}${dots(value)}`)
}

function dots(text: string): string {
  return '…'.repeat(text.length)
}
