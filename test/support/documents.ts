import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Every committed or new text file that Git does not ignore. */
export function textFiles(): readonly string[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return [...new Set(list.split('\0'))].filter(
    (file) => file !== '' && existsSync(join(ROOT, file)) && !readFileSync(join(ROOT, file)).includes(0),
  )
}

/** The text of a file of the repository. */
export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** The headings of one level, without those in fences. */
export function headingsOf(page: string, level: number): readonly string[] {
  return [...withoutFences(page).matchAll(/^(#+) (.+)$/gm)]
    .filter((match) => match[1]?.length === level)
    .map((match) => match[2] ?? '')
}

/** The text under a heading of level 2, up to the next one; wrapped list items as one line each. */
export function sectionOf(page: string, heading: string): string {
  const start = page.indexOf(`\n## ${heading}\n`)
  assert.notEqual(start, -1, `there is a heading ${heading}`)
  const body = page.slice(start + `\n## ${heading}`.length)
  const end = body.indexOf('\n## ')
  return (end === -1 ? body : body.slice(0, end)).replaceAll(/\n +(?![-*|`])/g, ' ')
}

/** A page without its fenced blocks. */
export function withoutFences(page: string): string {
  return page.replace(/^ *```[\s\S]*?^ *```$/gm, '')
}

/** Targets of the links that lead into this repository. Code is skipped, as nothing is a link there. */
export function linksOf(page: string): readonly string[] {
  const prose = withoutFences(page).replace(/`[^`\n]*`/g, 'code')
  const targets = [...prose.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)$/gm)]
  return targets.map((match) => match[1] ?? match[2] ?? '').filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
}

/** As GitHub makes them: lower case, letters, digits, `_`, `-`; blanks become hyphens; repeated ones are numbered. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const match of withoutFences(page).matchAll(/^#+ (.+)$/gm)) {
    const text = (match[1] ?? '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const slug = text
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-')
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

/** The number of the line of an offset. */
export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

/** A fenced block of a document. */
export interface Fence {
  /** File and line, for messages. */
  readonly at: string
  /** The word after the backticks, and what follows it. */
  readonly language: string
  readonly text: string
}

/** The fenced blocks of a page, without the indentation of a list that they belong to. */
export function fencesOf(file: string): readonly Fence[] {
  const blocks = read(file).matchAll(/^(?<indent> *)(?<mark>```+)(?<language>[^\n`]*)\n(?<text>.*?)^ *\k<mark>$/gms)
  return [...blocks].map(({ groups = {}, input, index }) => ({
    at: `${file}:${lineOf(input, index)}`,
    language: groups['language'] ?? '',
    text: (groups['text'] ?? '').replaceAll(new RegExp(`^${groups['indent'] ?? ''}`, 'gm'), ''),
  }))
}
