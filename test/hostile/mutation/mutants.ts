import { OPERATORS } from './operators.ts'
import { sitesOf } from './syntax.ts'

/** A source file with one thing broken. */
export interface Mutant {
  readonly file: string
  /** What is broken, in words that outlive a move of the file: function, operator, the text before and after. */
  readonly name: string
  /** The whole file, in TypeScript. */
  readonly source: string
}

/** Every mutant that these operators make of a file. */
export function mutantsOf(file: string, source: string, operators: readonly string[]): readonly Mutant[] {
  const counts = new Map<string, number>()
  return sitesOf(file, source).flatMap((site) =>
    operators.flatMap((operator) =>
      (OPERATORS[operator]?.(site, source) ?? []).map(({ start, end, text }) => {
        const place = site.within.filter((name) => name !== '').join('.') || site.declared || 'at the top'
        const before = oneLine(source.slice(start, end))
        const change = text.length < 2 ? `${before}${text === '' ? '' : ` → ${text}`}` : `${before} → ${oneLine(text)}`
        const name = `${place}: ${operator}: ${change}`
        const count = (counts.get(name) ?? 0) + 1
        counts.set(name, count)
        return {
          file,
          name: count === 1 ? name : `${name} (${count})`,
          source: source.slice(0, start) + text + source.slice(end),
        }
      }),
    ),
  )
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 90 ? `${line.slice(0, 60)}…${line.slice(-25)}` : line
}
