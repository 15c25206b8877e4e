import { readFileSync } from 'node:fs'

const PAGE = new URL('../../docs/reference/denials.md', import.meta.url)

/** The module that holds the page of every reason as plain text, for where the documents are not: the image, the package. */
export function reasonPages(): string {
  const sections = readFileSync(PAGE, 'utf8').split(/^## /m)
  const entries = sections.flatMap((section) => {
    const [heading = '', ...paragraphs] = section.split(/\n(?=\n|- |\|)/)
    if (!/^[a-z]+(?:_[a-z]+)+$/.test(heading)) return []
    return [`  ${heading}:\n    ${JSON.stringify(paragraphs.flatMap(plainText).join('\n'))},\n`]
  })
  return `${HEAD}${entries.join('')}}\n`
}

const HEAD = `// biome-ignore-all format: written by npm run docs
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is text about such placeholders
import type { Reason } from '../../decision/denial.ts'

/** What docs/reference/denials.md says of each reason, as plain text, a line for each paragraph. */
export const REASON_PAGES: Readonly<Record<Reason, string>> = {
`

/** A paragraph, list item or row without what only a browser shows; none for the answer, which the table of reasons knows. */
function plainText(paragraph: string): readonly string[] {
  if (/^\|(?:---\|)+$/.test(paragraph) || paragraph.startsWith('- **On the wire:**')) return []
  const text = paragraph
    .trim()
    .replaceAll(/\n */g, ' ')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('**', '')
    .replace(/^(?:#+|-) /, '')
  if (text === '') return []
  return [text.startsWith('| ') ? `  ${text.slice(2, -2).replaceAll(' | ', ': ')}` : text]
}
