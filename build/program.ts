import { existsSync, readFileSync } from 'node:fs'
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

/** What the image gives Node between the program and our file. */
export function imageFlags(): readonly string[] {
  const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8')
  const entrypoint: readonly string[] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]')
  return entrypoint.slice(1, -1)
}

/** Those of them that V8 has. Compiled code is good only for the same ones. */
export function v8Flags(): readonly string[] {
  return imageFlags().filter((flag) => !/^--(?:permission$|allow-)/.test(flag))
}

/** The flags of the image where files lie elsewhere: every one may be read. */
export function imageFlagsReadingAll(): readonly string[] {
  return [...v8Flags(), '--permission', '--allow-fs-read=*']
}
