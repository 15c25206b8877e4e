/** The longest line of prose in Markdown, in characters. */
const MAX_PROSE_CHARACTERS = 120

/** What stays on one line: a code span, a link, or a word with whatever is attached to it. */
const WORD = /(?:`[^`]*`|!?\[(?:[^[\]`]|`[^`]*`)*\]\([^)\s]*\)|\S)+/g

/** Words that would begin a list, a heading or a quotation if a line began with them. */
const MARKUP = /^(?:[-+*#>|=]+|\d+[.)])$/

const ITEM = /^ *(?:[-*+]|\d+\.) +/
const NO_PROSE = /^ *(?:[|#<>]|\[[^\]]+\]: )|^(?:---+|===+)$/

/** Markdown with each paragraph and list item that has a longer line wrapped again; fences, tables and headings stay. */
export function wrapProse(page: string): string {
  return blocksOf(page)
    .flatMap(({ prose, lines }) => (prose && lines.some(isLong) ? wrapped(lines) : lines))
    .join('\n')
}

interface Block {
  readonly prose: boolean
  readonly lines: string[]
}

/** Paragraphs and list items; every other line is a block of its own. */
function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = []
  let fence = ''
  let open: Block | undefined
  for (const line of page.split('\n')) {
    const mark = /^ *(?<mark>```+)/.exec(line)?.groups?.['mark'] ?? ''
    const prose = fence === '' && mark === '' && line.trim() !== '' && !NO_PROSE.test(line)
    if (mark !== '' && (fence === '' || line.trim() === fence)) fence = fence === '' ? mark : ''
    if (prose && open !== undefined && !ITEM.test(line)) {
      open.lines.push(line)
      continue
    }
    const block = { prose, lines: [line] }
    blocks.push(block)
    open = prose ? block : undefined
  }
  return blocks
}

function wrapped([first = '', ...rest]: readonly string[]): readonly string[] {
  const start = (ITEM.exec(first) ?? /^ */.exec(first))?.[0] ?? ''
  const text = [first.slice(start.length), ...rest].map((line) => line.trim()).join(' ')
  const lines: string[] = []
  let line = ''
  for (const word of text.match(WORD) ?? []) {
    const longer = `${line} ${word}`
    if (line === '') line = start + word
    else if (!isLong(longer) || MARKUP.test(word)) line = longer
    else {
      lines.push(line)
      line = ' '.repeat(start.length) + word
    }
  }
  return [...lines, line]
}

function isLong(line: string): boolean {
  return line.length > MAX_PROSE_CHARACTERS
}
