import { dirname, isAbsolute, join } from 'node:path'
import { compile, WHAT_TO_WRITE } from './compile/compile.ts'
import { checkSchema } from './format/schema-problems.ts'
import type { Config } from './model.ts'
import type { Path, Problem } from './problem.ts'
import type { FileContent } from './reading/at-rest.ts'
import { type Origin, originOfFiles, Place } from './reading/places.ts'
import { readYaml } from './reading/yaml-document.ts'
import { allAtOnce, type Steps } from './steps.ts'

/** A configuration that may be used as it is, or everything that is wrong with it. */
export type Parsed =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** One file as it was read; `file` is the name for messages and the base of relative paths in it. */
export interface ConfigText {
  readonly file: string
  readonly text: string
}

export interface ParseDeps {
  /** Seconds since the epoch. */
  readonly now: number
  /** Gives the content of a file that the configuration names; a relative name is resolved against the file that names it. */
  readonly readFile: (path: string, mention: Mention) => FileContent
}

/** Where the configuration names a file. */
export interface Mention {
  readonly at: Path
  /** As it is written. */
  readonly name: string
  readonly place: () => ReturnType<Origin['place']>
}

/**
 * The files that a configuration seems to name, by its keys, which end in `File`. Nothing is judged here, and a wrong
 * guess costs time only: what was read together with it need not be read and judged twice.
 */
export function likelyFiles(origin: Origin): ReadonlySet<string> {
  const files = new Set<string>()
  const visit = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, item] of Object.entries(value)) {
      const here = [...path, Array.isArray(value) ? Number(key) : key]
      // What `fetch` names is read whenever keys are fetched.
      if (typeof item !== 'string' && key !== 'fetch') visit(item, here)
      else if (typeof item === 'string' && key.endsWith('File')) files.add(resolve(origin.fileOf(here), item))
    }
  }
  visit(origin.value, [])
  return files
}

/** More would only be scrolled past. */
const MAX_PROBLEMS = 200

/**
 * YAML text, or the texts of a directory as one whole, to a configuration, or all of its problems together, in the
 * order of the text. Never throws, whatever the text.
 */
export function parse(texts: readonly ConfigText[], deps: ParseDeps): Parsed {
  return allAtOnce(parseOrigin(originOfFiles(texts.map(({ file, text }) => readYaml(file, text))), deps))
}

/** The same for what was read already, or is not written in YAML, in steps. */
export function* parseOrigin(origin: Origin, { now, readFile }: ParseDeps): Steps<Parsed> {
  const problems = [...origin.problems]
  const warnings: Problem[] = []
  if (problems.length === 0 || origin.value !== undefined) {
    const read = (name: string, at: Path) =>
      readFile(resolve(origin.fileOf(at), name), { at, name, place: () => origin.place(at, 'value') })
    const place = Place.top({ origin, read, problems, warnings })
    if (origin.value === null || origin.value === undefined) place.problem(`the file is empty; ${WHAT_TO_WRITE}`)
    else {
      const file = yield* checkSchema(origin.value, place)
      const config = file && (yield* compile(file, now, place))
      if (config !== undefined && problems.length === 0) return { ok: true, config, warnings }
    }
  }
  return { ok: false, problems: inOrder(problems) }
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const files = new Map(
    [...new Set(problems.map(({ position }) => position?.file))].map((file, index) => [file, index]),
  )
  const sorted = problems.toSorted(
    ({ position: a }, { position: b }) =>
      (files.get(a?.file) ?? 0) - (files.get(b?.file) ?? 0) ||
      (a?.line ?? 0) - (b?.line ?? 0) ||
      (a?.column ?? 0) - (b?.column ?? 0),
  )
  if (sorted.length <= MAX_PROBLEMS) return sorted
  const message = `${sorted.length - MAX_PROBLEMS} more problems are not shown; correct these first`
  return [...sorted.slice(0, MAX_PROBLEMS), { path: '', message, position: undefined }]
}

function resolve(file: string | undefined, name: string): string {
  return file === undefined || isAbsolute(name) ? name : join(dirname(file), name)
}
