import { readFileSync, writeFileSync } from 'node:fs'

const UNRELEASED = /^## \[Unreleased\]\n/m

/** The changelog with what was unreleased under a version, and the notes of that version. */
export function cutChangelog(
  text: string,
  version: string,
  date: string,
): { readonly text: string; readonly notes: string } {
  if (!UNRELEASED.test(text)) throw new Error('CHANGELOG.md has no "## [Unreleased]"')
  const notes = notesOf(text, 'Unreleased').replace(/^The (?:first|next) release will be .*\n+/m, '')
  if (!/^- /m.test(notes)) throw new Error('CHANGELOG.md has nothing under "## [Unreleased]"')
  const cut = `## [Unreleased]\n\n## [${version}] - ${date}\n\n${notes}\n`
  const start = text.search(UNRELEASED)
  return { text: text.slice(0, start) + cut + text.slice(endOf(text, start)), notes }
}

/** What the changelog says of a version. */
export function notesOf(text: string, version: string): string {
  const start = text.indexOf(`## [${version}]`)
  if (start === -1) throw new Error(`CHANGELOG.md has no "## [${version}]"`)
  const section = text.slice(start, endOf(text, start))
  return `${section.slice(section.indexOf('\n')).trim()}\n`
}

function endOf(text: string, start: number): number {
  const next = text.indexOf('\n## [', start + 1)
  return next === -1 ? text.length : next + 1
}

if (import.meta.main) {
  const [command, version = ''] = process.argv.slice(2)
  const file = new URL('../../CHANGELOG.md', import.meta.url)
  const text = readFileSync(file, 'utf8')
  if (command === 'notes') process.stdout.write(notesOf(text, version))
  else if (command === 'cut')
    writeFileSync(file, cutChangelog(text, version, new Date().toISOString().slice(0, 10)).text)
  else throw new Error('usage: changelog.ts cut|notes VERSION')
}
