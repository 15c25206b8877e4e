import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { likelyFiles, type Mention, type ParseDeps, type Parsed, parseOrigin } from './parse.ts'
import type { FileContent, Reading } from './reading/at-rest.ts'
import { CONFIG_VARIABLES, type ConfigVariables, originOfEnvironment } from './reading/environment.ts'
import { readOrigin } from './reading/places.ts'
import { isMissing, readSnapshot, type Snapshot } from './reading/snapshot.ts'
import { allAtOnce, inSlices } from './steps.ts'

/** Where the configuration comes from: a file, a directory of files, or variables if there is none. */
export type Source =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'environment'; readonly variables: ConfigVariables }

/** One reading of a source. */
export interface Loaded extends Reading {
  readonly parsed: Parsed
  /** The files that the configuration names, resolved; which `watch` looks at too. */
  readonly namedFiles: readonly string[]
  /** Files in the directory of the configuration that are not read. */
  readonly unread: readonly string[]
  /** True when a file was missing, as in the middle of an update. */
  readonly torn: boolean
}

/** What to read for a file that is not there; undefined: nothing, so that it is a problem. */
export type StandIn = (mention: Mention) => FileContent | undefined

/** kubelet needs two renames to swap a directory; what was missing between them is there a moment later. */
const SWAP_MS = 50

/** Reads a source and everything it names. Bad content, a missing file too, is a result and not an error. */
export async function load(source: Source, now: number, standIn?: StandIn): Promise<Loaded> {
  if (source.kind === 'environment') {
    const origin = originOfEnvironment(source.variables)
    const parsed = allAtOnce(parseOrigin(origin, { now, readFile: () => ({ error: 'no file is read here' }) }))
    const values = CONFIG_VARIABLES.map(({ name }) => source.variables[name] ?? null)
    const hash = createHash('sha256').update(JSON.stringify(values)).digest('hex')
    return { parsed, hash, contents: new Map(), namedFiles: [], unread: [], torn: false }
  }
  const { path } = source
  const first = await loadSnapshot(path, await readSnapshot(path, []), now, standIn)
  if (!first.torn) return first
  await sleep(SWAP_MS)
  return loadSnapshot(path, await readSnapshot(path, []), now, standIn)
}

/**
 * Makes a configuration of files that were read. Which others these name is known only afterwards; if they were not
 * read together, all are read once more, so that they are of one moment. Text that is the same is not parsed again.
 * Requests are answered in between.
 */
export async function loadSnapshot(path: string, first: Snapshot, now: number, standIn?: StandIn): Promise<Loaded> {
  let snapshot = first
  let origin = await inSlices(readOrigin(first.config))
  const readTogether = async (files: ReadonlySet<string>): Promise<void> => {
    const next = await readSnapshot(path, files)
    if (!isDeepStrictEqual([...next.config], [...snapshot.config])) origin = await inSlices(readOrigin(next.config))
    snapshot = next
  }
  const likely = likelyFiles(origin)
  if (first.named.size === 0 && likely.size > 0) await readTogether(likely)
  // A second round has all the answers, unless the configuration changes between the two.
  for (let round = 1; ; round++) {
    const { named, contents, hash, unread, torn } = snapshot
    const asked = new Set<string>()
    const readNamed: ParseDeps['readFile'] = (file, mention) => {
      asked.add(file)
      const content = named.get(file) ?? { error: 'it has not been read' }
      return isMissing(content) ? (standIn?.(mention) ?? content) : content
    }
    const parsed = await inSlices(parseOrigin(origin, { now, readFile: readNamed }))
    // A file that is named only by itself must not stay left out: each round leaves out fewer, until there is a problem.
    if (asked.symmetricDifference(named).size === 0 || (round >= 3 && !parsed.ok)) {
      return { parsed, hash, contents, namedFiles: [...named.keys()], unread, torn }
    }
    await readTogether(asked)
  }
}
