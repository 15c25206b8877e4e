import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync } from 'oxc-parser'

/** Which files of the project import which when they run; `import type` is not an import. */
export interface ImportGraph {
  /** The file and all that reach it. */
  readonly importersOf: (file: string) => ReadonlySet<string>
}

/** Reads the imports of these files. Paths are relative to the project. */
export function readImportGraph(project: string, files: readonly string[]): ImportGraph {
  const importers = new Map<string, string[]>()
  for (const file of files) {
    for (const target of importsOf(file, readFileSync(join(project, file), 'utf8')))
      importers.set(target, [...(importers.get(target) ?? []), file])
  }
  return {
    importersOf: (file) => {
      const reached = new Set([file])
      for (const one of reached) for (const importer of importers.get(one) ?? []) reached.add(importer)
      return reached
    },
  }
}

function importsOf(file: string, text: string): readonly string[] {
  const { staticImports, staticExports, dynamicImports } = parseSync(file, text).module
  const imported = staticImports
    .filter(({ start }) => !text.startsWith('import type', start))
    .map(({ moduleRequest }) => moduleRequest.value)
  const passedOn = staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) => (moduleRequest === null || isType ? [] : [moduleRequest.value])),
  )
  const whileRunning = dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start + 1, end - 1))
  return [...imported, ...passedOn, ...whileRunning]
    .filter((name) => name.startsWith('.'))
    .map((name) => join(dirname(file), name))
}
