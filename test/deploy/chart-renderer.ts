import { stringify } from 'yaml'
import { isRecord } from './manifest-schemas.ts'

/** As much of a chart as its templates speak of. */
interface Context {
  readonly files: Readonly<Record<string, string>>
  readonly values: unknown
}

/**
 * Renders templates as Helm does, as far as the chart's own go: a value, a file or a text through `toJson` and `toYaml`;
 * blocks of `if` and `range` whose actions are on lines of their own. Anything else is an error.
 */
export function render(template: string, context: Context): string {
  const lines = template.split('\n')
  const [text, rest] = block(lines, 0, context, context.values)
  if (rest !== lines.length) throw new Error(`an end too many: ${lines[rest]}`)
  return text
}

function block(lines: readonly string[], from: number, context: Context, dot: unknown): readonly [string, number] {
  let [text, at] = ['', from]
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const opening = /^\{\{- (?<word>if|range) (?<what>\S+) \}\}$/.exec(line)?.groups
    if (line === '{{- end }}') return [text, at]
    if (opening === undefined) {
      text += `${inline(line, context, dot)}\n`
      at += 1
      continue
    }
    const value = evaluate(opening['what'] ?? '', context, dot)
    const items = opening['word'] === 'range' ? list(value) : isEmpty(value) ? [] : [dot]
    for (const item of items) text += block(lines, at + 1, context, item)[0]
    at = block(lines, at + 1, context, dot)[1] + 1
  }
  return [text, at]
}

function inline(line: string, context: Context, dot: unknown): string {
  // As in Go, an action ends at the first braces that are in no quoted text.
  return line.replaceAll(/\{\{ ((?:"[^"]*"|[^"])*?) \}\}/g, (_, action: string) =>
    String(pipeline(action, context, dot)),
  )
}

function pipeline(action: string, context: Context, dot: unknown): unknown {
  const [first = '', ...filters] = action.split(' | ')
  return filters.reduce(
    (value, filter) => {
      if (filter === 'toJson') return JSON.stringify(value)
      if (filter === 'toYaml') return stringify(value).trimEnd()
      throw new Error(`the renderer knows no ${filter}`)
    },
    evaluate(first, context, dot),
  )
}

function evaluate(text: string, { files, values }: Context, dot: unknown): unknown {
  const literal = /^"(?<text>[^"]*)"$/.exec(text)?.groups?.['text']
  if (literal !== undefined) return literal
  const file = /^\.Files\.Get "(?<name>[^"]+)"$/.exec(text)?.groups?.['name']
  if (file !== undefined) return files[file] ?? ''
  if (text === '.') return dot
  const [head, ...path] = text.split('.').slice(1)
  if (head !== 'Values') throw new Error(`the renderer knows no ${text}`)
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), values)
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === '' ||
    value === 0 ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  )
}
