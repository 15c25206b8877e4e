import { formatPath, type Path, type Position, type Problem } from '../problem.ts'
import type { YamlDocument } from './yaml-document.ts'

/** The configuration as plain data, from whatever it was written in, and the way back from a path to what was written. */
export interface Origin {
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** What a reader must look for, and where. */
  place(path: Path, at: 'key' | 'value'): { readonly path: string; readonly position: Position | undefined }
  /** The file in which a path is written; undefined if it is in none. */
  fileOf(path: Path): string | undefined
}

/** Sections whose entries may be spread over several files. */
const SPREAD = ['issuers', 'routes']

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
    if (!isMap(document.value)) {
      problems.push({
        path: '',
        message: 'the file must be a map (key: value)',
        position: document.locate([], 'value'),
      })
      continue
    }
    for (const [key, section] of Object.entries(document.value)) {
      if (SPREAD.includes(key) && isMap(section)) {
        const together = isMap(whole[key]) ? whole[key] : {}
        for (const [name, entry] of Object.entries(section)) if (claim(document, [key, name])) together[name] = entry
        whole[key] = together
      } else if (claim(document, [key])) {
        whole[key] = section
      }
    }
  }
  return whole
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
