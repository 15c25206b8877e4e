import { textTable } from '../../support/text-table.ts'

/** Outcomes of cases by column, for a table at the end. */
export interface Matrix {
  record(row: string, column: string, outcome: string, why?: string): void
  /** The table, and below it each exception's sentence once. */
  print(): string
}

/** An empty one. */
export function openMatrix(title: string, columns: readonly string[]): Matrix {
  const rows = new Map<string, Map<string, string>>()
  const reasons: string[] = []
  return {
    record(row, column, outcome, why) {
      const cells = rows.get(row) ?? new Map<string, string>()
      rows.set(row, cells)
      if (why !== undefined && !reasons.includes(why)) reasons.push(why)
      cells.set(column, why === undefined ? outcome : `${outcome} [${reasons.indexOf(why) + 1}]`)
    },
    print() {
      const lines = [...rows].map(([row, cells]) => [row, ...columns.map((column) => cells.get(column) ?? '–')])
      const notes = reasons.map((why, at) => `[${at + 1}] ${why}`)
      return ['', title, '', textTable(['case', ...columns], lines), '', ...notes, ''].join('\n')
    },
  }
}
