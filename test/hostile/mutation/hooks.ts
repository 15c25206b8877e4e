import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** One go with other text for one file: what imports that file is loaded anew, everything else only once. */
export interface Round {
  readonly number: number
  /** The broken file, and its text. */
  readonly file: string
  readonly source: string
  /** The file and all that reach it. */
  readonly fresh: ReadonlySet<string>
}

const RUNNER = new URL('./node-test.ts', import.meta.url).href

/** From here on, modules that are imported with a round in their address belong to that round. Paths are absolute. */
export function loadInRounds(current: () => Round | undefined): void {
  const texts = new Map<string, string>()
  registerHooks({
    resolve: (specifier, context, next) => {
      const round = current()
      if (round === undefined || !context.parentURL?.includes('?round=')) return next(specifier, context)
      if (specifier === 'node:test') return { url: RUNNER, shortCircuit: true }
      const found = next(specifier, context)
      if (!found.url.startsWith('file:') || !round.fresh.has(fileURLToPath(found.url))) return found
      return { ...found, url: addressOf(found.url, round) }
    },
    load: (url, context, next) => {
      const round = current()
      if (round === undefined || !url.endsWith(`?round=${round.number}`)) return next(url, context)
      const file = fileURLToPath(url)
      if (file === round.file)
        return { format: 'module', source: stripTypeScriptTypes(round.source), shortCircuit: true }
      const source = texts.get(file) ?? stripTypeScriptTypes(readFileSync(file, 'utf8'))
      texts.set(file, source)
      return { format: 'module', source, shortCircuit: true }
    },
  })
}

/** The address of a file in a round. */
export function addressOf(file: string, { number }: Round): string {
  return `${file.startsWith('file:') ? file : pathToFileURL(file).href}?round=${number}`
}
