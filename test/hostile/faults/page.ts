import { FAULTS_BY_PART } from './all.ts'

/** Makes the table of the faults of one part, as Markdown. */
export function faultsTable(part: keyof typeof FAULTS_BY_PART): () => string {
  return () => {
    const rows = FAULTS_BY_PART[part].map((fault) => [fault.name, fault.clientsSee, fault.metricsSay, fault.heals])
    // A column of equal cells says nothing; the reader wants to see where it changes.
    const shown = rows.map((cells, at) =>
      cells.map((cell, column) => (cell === rows[at - 1]?.[column] ? 'as above' : cell)),
    )
    const lines = [['Fault', 'Clients see', 'Metrics and alerts', 'What heals it'], Array(4).fill('---'), ...shown]
    return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  }
}
