import { type Measured, ratio } from './rounds.ts'

/** What a group of measurements found. */
export interface Section {
  readonly title: string
  /** What was measured and how, in a sentence or two. */
  readonly about: string
  readonly table: Table
  readonly goals?: readonly Goal[]
  readonly also?: Table
  /** What had to be left out, and why. */
  readonly notes?: readonly string[]
}

/** The first column is text, the others are numbers. */
export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A number that the product promises, or that is worth a look where nothing is asked of it. */
interface Goal {
  readonly what: string
  readonly value: number
  readonly atLeast?: number
  readonly atMost?: number
  readonly unit?: string
}

/** The usual columns: throughput, cost in CPU, and both beside a base that ran in the same rounds. */
export function comparison(measured: readonly Measured[], base: Measured): Table {
  return {
    head: ['', 'requests/s', 'requests per CPU-second', `of ${base.name}`, 'p50 ms', 'p99 ms', 'others used'],
    rows: measured.map((each) => [
      each.name,
      count(each.perSecond),
      count(each.perCpuSecond),
      `${ratio(each, base).toFixed(2)}x`,
      each.p50.toFixed(2),
      each.p99.toFixed(2),
      percent(each.disturbance),
    ]),
  }
}

/** The report in Markdown. */
export function renderSection({ title, about, table, goals = [], also, notes = [] }: Section): string {
  return [
    `## ${title}`,
    about,
    renderTable(table),
    ...(goals.length === 0 ? [] : [renderTable(goalTable(goals))]),
    ...(also === undefined ? [] : [renderTable(also)]),
    ...notes.map((note) => `**Left out:** ${note}`),
  ].join('\n\n')
}

function isReached({ value, atLeast, atMost }: Goal): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)
}

/** With thousands separated. */
export function count(number: number): string {
  return Math.round(number).toLocaleString('en-US')
}

/** Without decimals. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}

function goalTable(goals: readonly Goal[]): Table {
  return {
    head: ['goal', 'asked', 'measured', ''],
    rows: goals.map((goal) => {
      const { what, value, atLeast, atMost, unit = 'x' } = goal
      const asked = [
        ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
        ...(atMost === undefined ? [] : [`at most ${atMost}`]),
      ]
      const shown = `${value.toFixed(2)} ${unit}`
      if (asked.length === 0) return [what, '', shown, '']
      return [what, `${asked.join(', ')} ${unit}`, shown, isReached(goal) ? 'yes' : '**no**']
    }),
  }
}

function renderTable({ head, rows }: Table): string {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    return `| ${padded.join(' | ')} |`
  }
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), `|${rule.map((dashes) => `-${dashes}-`).join('|')}|`, ...rows.map(line)].join('\n')
}
