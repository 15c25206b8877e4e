import { textTable } from '../support/text-table.ts'

/** What a hostile test shows for itself: a title, a table, and below it a sentence or two. The runner prints it as it is. */
export function printTable(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  notes: readonly string[] = [],
): void {
  const table = textTable(
    columns,
    rows.map((row) => row.map(String)),
  )
  console.log(['', title, '', table, ...(notes.length === 0 ? [] : ['', ...notes]), ''].join('\n'))
}
