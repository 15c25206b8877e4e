import { type Page, plain, type Style } from '../../cli/output.ts'
import { wrap } from '../../cli/wrap.ts'
import { type Finding, inOrder, SEVERITIES, type Severity } from './findings.ts'
import { formatSource, lineReader, type ReadLine, type Sources } from './source-lines.ts'

const STYLES: Readonly<Record<Severity, Style>> = { error: 'bad', warning: 'doubtful', note: 'quiet', ok: 'good' }

/** The findings, worst first, and their number. */
export function formatFindings(
  findings: readonly Finding[],
  page: Page,
  sources: Sources = new Map(),
  accepted: readonly Finding[] = [],
): string {
  const readLine = lineReader(sources)
  const blocks = inOrder(findings).map((finding) => formatFinding(finding, page, readLine))
  const severalLines = blocks.some((block) => block.indexOf('\n') < block.length - 1)
  return `${blocks.join(severalLines ? '\n' : '')}${blocks.length === 0 ? '' : '\n'}${countFindings(findings)}${acceptedText(accepted)}\n`
}

/** `; accepted: 1 error [path-prefix-wide]`, or nothing: who reads only the last line sees what a comment has hidden. */
function acceptedText(accepted: readonly Finding[]): string {
  const ids = [...new Set(inOrder(accepted).map(({ id }) => id))]
  return accepted.length === 0 ? '' : `; accepted: ${countFindings(accepted)} [${ids.join(', ')}]`
}

/** `2 errors, 1 note`, or `no findings`. */
export function countFindings(findings: readonly Finding[]): string {
  const counts = SEVERITIES.filter((severity) => severity !== 'ok').flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  return counts.length === 0 ? 'no findings' : counts.join(', ')
}

/** One finding: `file:line:column: severity: path: what [id]`; below it the line of the file, why and fix. */
export function formatFinding(finding: Finding, page: Page, readLine: ReadLine = () => undefined): string {
  const { severity, id, what, path, position, why, fix } = finding
  const { paint, width } = page
  const where = position === undefined ? '' : `${position.file}:${position.line}:${position.column}: `
  const subject = path === '' ? '' : `${path}: `
  const head = `${paint('strong', plain(where))}${paint(STYLES[severity], `${severity}:`)} ${plain(`${subject}${what}`)} ${paint('quiet', `[${id}]`)}`
  const lines = [
    wrap(head, width, 4),
    ...formatSource(position, readLine, page),
    ...(why === undefined ? [] : [wrap(`  why: ${plain(why)}`, width, 7)]),
    ...(fix === undefined ? [] : [wrap(`  fix: ${plain(fix)}`, width, 7)]),
  ]
  return `${lines.join('\n')}\n`
}
