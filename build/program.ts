import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Whether tests, demo and benchmarks run what `npm run build` made, and not the sources: with `FORWARDGATE_BUILD=1`. */
export const IS_BUILD = process.env['FORWARDGATE_BUILD'] === '1'

/** What they start as `forwardgate`. */
export const PROGRAM = IS_BUILD ? builtFile('main.cjs') : fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A file of the built program. */
export function builtFile(name: string): string {
  const file = fileURLToPath(new URL(`../dist/${name}`, import.meta.url))
  if (!existsSync(file)) throw new Error(`there is no dist/${name}: run "npm run build" first`)
  return file
}
