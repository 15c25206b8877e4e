import { isJsonObject } from '../../keys/json-object.ts'
import { formatPath, type Path, type Position, type Problem, quote, type Warning } from '../problem.ts'
import type { Steps } from '../steps.ts'
import type { FileContent } from './at-rest.ts'
import { readYamlBytes, type YamlDocument } from './yaml-document.ts'

/** The configuration as plain data, from whatever it was written in, and the way back from a path to what was written. */
export interface Origin {
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** What a reader must look for, and where. */
  place(path: Path, at: 'key' | 'value'): { readonly path: string; readonly position: Position | undefined }
  /** The file in which a path is written; undefined if it is in none. */
  fileOf(path: Path): string | undefined
}

interface PlaceDeps {
  readonly origin: Origin
  /** Gives the content of a file that is named at a path. */
  readonly read: (name: string, at: Path) => FileContent
  /** Get what is found. */
  readonly problems: Problem[]
  readonly warnings: Problem[]
  /** What was found already. */
  readonly reported: Set<string>
  readonly refused: Set<string>
}

/** A place in the configuration, where what is found is reported once, with its position. */
export class Place {
  readonly path: Path
  readonly #file: PlaceDeps

  private constructor(path: Path, file: PlaceDeps) {
    this.path = path
    this.#file = file
  }

  /** The whole configuration. */
  static top(deps: Omit<PlaceDeps, 'reported' | 'refused'>): Place {
    return new Place([], { ...deps, reported: new Set(), refused: new Set() })
  }

  /** A place below this one. */
  at(...below: Path): Place {
    return new Place([...this.path, ...below], this.#file)
  }

  /** The content of a file that is named here. */
  read(name: string): FileContent {
    return this.#file.read(name, this.path)
  }

  /** Something wrong. `at`: whether it is in the key or in the value, or its position in a file that is named here. */
  problem(message: string, at: 'key' | 'value' | Position = 'value'): undefined {
    const { refused, problems } = this.#file
    for (let length = 0; length <= this.path.length; length++) refused.add(formatPath(this.path.slice(0, length)))
    this.#report(problems, message, at)
  }

  /** Something odd but legal. */
  warning({ message, ...about }: Warning): void {
    this.#report(this.#file.warnings, message, 'value', about)
  }

  /** True if a problem was reported there or below it; what follows from it need not be. */
  refused(...below: Path): boolean {
    return this.#file.refused.has(formatPath([...this.path, ...below]))
  }

  /** A key is missing, unless it is only because what it said was refused. `fix`: what to write. */
  lacks(key: string, fix: string): void {
    if (!this.refused(key)) this.problem(`has no ${key}; ${fix}`, 'key')
  }

  #report(list: Problem[], message: string, at: 'key' | 'value' | Position, about: Pick<Problem, 'id' | 'why'> = {}) {
    const { origin, reported } = this.#file
    const path = formatPath(this.path)
    if (reported.has(`${path} ${message}`)) return
    reported.add(`${path} ${message}`)
    const place = typeof at === 'string' ? origin.place(this.path, at) : { path, position: at }
    list.push({ ...place, message, ...about })
  }
}

/** Sections whose entries may be spread over several files. */
const SPREAD = ['issuers', 'routes']

/** Configuration files as they were read. If one cannot be read, that is all that is wrong with them. */
export function* readOrigin(files: ReadonlyMap<string, FileContent>): Steps<Origin> {
  const documents: YamlDocument[] = []
  const problems: Problem[] = []
  for (const [file, content] of files) {
    if ('bytes' in content) documents.push(yield* readYamlBytes(file, content.bytes))
    else {
      const message = `the configuration ${quote(file)} cannot be read: ${content.error}; correct it, or set FORWARDGATE_CONFIG`
      problems.push({ path: '', message, position: undefined })
    }
  }
  const origin = originOfFiles(documents)
  return problems.length === 0 ? origin : { ...origin, value: undefined, problems }
}

/** Several YAML files as one. A name, `defaults` and `revocations` may each be written in one of them only. */
export function originOfFiles(documents: readonly YamlDocument[]): Origin {
  const problems = documents.flatMap((document) => document.problems)
  const ownerOf = (path: Path): YamlDocument | undefined => {
    for (let length = path.length; length > 0; length--) {
      const owner = documents.find((document) => document.has(path.slice(0, length)))
      if (owner !== undefined) return owner
    }
    return documents[0]
  }
  const unreadable = documents.some(({ value, problems: found }) => value === undefined && found.length > 0)
  const merged = unreadable ? undefined : merge(documents, problems)
  return {
    value: merged,
    problems,
    place: (path, at) => ({ path: formatPath(path), position: ownerOf(path)?.locate(path, at) }),
    fileOf: (path) => ownerOf(path)?.file,
  }
}

function merge(documents: readonly YamlDocument[], problems: Problem[]): unknown {
  const [only, ...others] = documents
  if (others.length === 0) return only?.value
  const whole: Record<string, unknown> = {}
  const owner = new Map<string, string>()
  const claim = (document: YamlDocument, path: Path): boolean => {
    const key = formatPath(path)
    const other = owner.get(key)
    owner.set(key, other ?? document.file)
    if (other === undefined) return true
    const message = `is already written in ${other}; keep it in one file`
    problems.push({ path: key, message, position: document.locate(path, 'key') })
    return false
  }
  for (const document of documents) {
    // An empty file in a directory is nothing, not a mistake.
    if (document.value === null) continue
    if (!isJsonObject(document.value)) {
      problems.push({
        path: '',
        message: 'the file must be a map (key: value)',
        position: document.locate([], 'value'),
      })
      continue
    }
    for (const [key, section] of Object.entries(document.value)) {
      if (SPREAD.includes(key) && isJsonObject(section)) {
        const together: Record<string, unknown> = isJsonObject(whole[key]) ? whole[key] : {}
        for (const [name, entry] of Object.entries(section)) if (claim(document, [key, name])) together[name] = entry
        whole[key] = together
      } else if (claim(document, [key])) {
        whole[key] = section
      }
    }
  }
  return whole
}
