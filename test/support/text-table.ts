/** Rows below their headings, columns aligned, for a terminal and for the log of a CI run. */
export function textTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [columns, ...rows]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)))
  const padded = (line: readonly string[]) => columns.map((_, at) => (line[at] ?? '').padEnd(widths[at] ?? 0))
  return lines.map((line) => padded(line).join('  ').trimEnd()).join('\n')
}
