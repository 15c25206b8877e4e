import { existsSync, readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { constants, Script } from 'node:vm'

/** What Node passes to the code of a CommonJS module. */
type ModuleCode = (exports: object, require: NodeJS.Require, module: object, file: string, directory: string) => void

/** Where the compiled code of a file is kept, if it is. */
export function cacheOf(file: string): string {
  return `${file}.cache`
}

/**
 * Loads a part of the built program. With compiled code beside it, V8 takes that if it is of this very Node and leaves
 * it otherwise. Node's own compile cache cannot serve here: under `--permission` it asks for a folder to write to.
 */
export function loadPart(file: string): Record<string, unknown> {
  if (!existsSync(cacheOf(file))) return createRequire(file)(file)
  return runPart(file, compilePart(file, readFileSync(cacheOf(file))))
}

/** Compiles a part, from its source or from what was kept. */
export function compilePart(file: string, cachedData?: Buffer): Script {
  return new Script(Module.wrap(readFileSync(file, 'utf8')), {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData === undefined ? {} : { cachedData }),
  })
}

/** Runs a compiled part as a CommonJS module. */
export function runPart(file: string, script: Script): Record<string, unknown> {
  const module = { exports: {} }
  const code: ModuleCode = script.runInThisContext()
  code(module.exports, createRequire(file), module, file, dirname(file))
  return module.exports
}
