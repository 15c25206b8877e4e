import { stripVTControlCharacters } from 'node:util'
import type { TextStream } from './terminal.ts'

/** For a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80

/** Below this, each word would be on a line of its own. */
const MIN_COLUMNS = 40

/** The columns of a terminal; without bound for pipes and files, in which one line is one thing to search for. */
export function columnsOf({ isTTY, columns }: Pick<TextStream, 'isTTY' | 'columns'>): number {
  return isTTY === true ? Math.max(columns ?? USUAL_COLUMNS, MIN_COLUMNS) : Number.POSITIVE_INFINITY
}

/**
 * A line broken at blanks, every further line indented by `indent`. Its own indentation and the blanks inside what fits
 * are kept. A word that is longer than the width, such as a URL, stays whole, so that it can be copied.
 */
export function wrap(line: string, width: number, indent = 0): string {
  if (line.length <= width) return line
  const lines: string[] = []
  let [current = '', ...words] = line.split(' ')
  let columns = widthOf(current)
  let isIndentation = current === ''
  for (const word of words) {
    const added = widthOf(word) + 1
    if (!isIndentation && columns + added > width) {
      lines.push(current.trimEnd())
      current = `${' '.repeat(indent)}${word}`
      columns = indent + added - 1
    } else {
      current += ` ${word}`
      columns += added
    }
    isIndentation &&= word === ''
  }
  return [...lines, current].join('\n')
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}
