import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname } from 'node:path'

/**
 * Makes the stack traces of the built program name lines of `src`. Node's `--enable-source-maps` would read every map
 * at the start, at twice the memory; here a map is read with the first stack trace that is.
 */
export function mapStackTraces(directory: string): void {
  const maps = new Map<string, SourceMap | undefined>()
  const mapOf = (file: string): SourceMap | undefined => {
    if (!maps.has(file)) maps.set(file, dirname(file) === directory ? readMap(file) : undefined)
    return maps.get(file)
  }
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map((frame) => `    at ${mapped(frame, mapOf)}`)
    return [headline(error), ...lines].join('\n')
  }
}

function mapped(frame: NodeJS.CallSite, mapOf: (file: string) => SourceMap | undefined): string {
  const text = String(frame)
  const [file, line, column] = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()]
  if (typeof file !== 'string' || line === null || column === null) return text
  const entry = mapOf(file)?.findEntry(line - 1, column - 1)
  if (entry === undefined || !('originalSource' in entry)) return text
  const source = entry.originalSource.replace(/^(?:\.\.\/)+/, '')
  return text.replace(`${file}:${line}:${column}`, `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`)
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')))
  } catch {
    // Told without the map, a stack trace is still better than none.
    return undefined
  }
}

function headline(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'Error'
  }
}
