import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

/** Runs a row; what it promises is what came of it. */
export type Row = (what: string, run: () => Promise<string>) => Promise<void>

/** A table of what was run, checked in, with the release and the day. */
export interface OutcomePage {
  record(what: string, outcome: string): void
  /** The rows as they are checked in; with UPDATE_TABLE=1 the new ones are written first. */
  checkedIn(): readonly string[]
  /** The rows as they came out now. */
  rows(): readonly string[]
}

/** The page at this URL; the text above the table is that of the page. */
export function openOutcomePage(url: URL, release: string): OutcomePage {
  const rows: string[] = []
  const read = () => readFileSync(url, 'utf8').split('\n')
  const isRow = (line: string) => /^\| (?!What |---)/.test(line)
  return {
    record: (what, outcome) => rows.push(`| ${what} | ${outcome} |`),
    rows: () => rows,
    checkedIn: () => {
      if (process.env['UPDATE_TABLE'] === '1') {
        const kept = read().filter((line) => !isRow(line))
        const day = new Date().toISOString().slice(0, 10)
        const text = kept.map((line) => (line.startsWith('Run on ') ? `Run on ${day}, with ${release}.` : line))
        writeFileSync(url, `${[...text.join('\n').trimEnd().split('\n'), ...rows].join('\n')}\n`)
      }
      return read().filter(isRow)
    },
  }
}

/** For what has to be refused, and was not. */
export function passed(): never {
  return assert.fail('it was not refused')
}

/** An origin whose pages log in by themselves. */
export const PAGE_ORIGIN = 'https://inspector.example.com'

/** Whether a page of that origin, in a browser, can read what a token endpoint says. */
export async function readByPage(tokenEndpoint: string, form: Readonly<Record<string, string>>, origin = PAGE_ORIGIN) {
  const { headers } = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { Origin: origin },
    body: new URLSearchParams(form),
  })
  return headers.get('access-control-allow-origin') === origin ? 'the page can read it' : 'the page cannot read it'
}
