import { execFileSync } from 'node:child_process'

/** Written by the benchmark; and one entry a line, so that branches merge. */
const NOT_WRAPPED = ['bench/results.md', 'CHANGELOG.md']

/** The Markdown files whose prose is wrapped, relative to the root. */
export function prosePages(root: URL): readonly string[] {
  const list = execFileSync('git', ['ls-files', '--', '*.md'], { cwd: root, encoding: 'utf8' })
  return list.split('\n').filter((file) => file !== '' && !NOT_WRAPPED.includes(file))
}
