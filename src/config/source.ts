import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type Mention, type Parsed, parseOrigin } from './parse.ts'
import { type Problem, quote } from './problem.ts'
import type { FileContent, Reading } from './reading/at-rest.ts'
import { CONFIG_VARIABLES, type ConfigVariables, originOfEnvironment } from './reading/environment.ts'
import { type Origin, originOfFiles } from './reading/places.ts'
import { decodeUtf8 } from './reading/referenced-file.ts'
import { isMissing, readSnapshot, type Snapshot } from './reading/snapshot.ts'
import { readYamlSteps, type YamlDocument } from './reading/yaml-document.ts'
import { allAtOnce, inSlices, type Steps } from './steps.ts'

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
  let written = await inSlices(readParts(snapshot.config))
  // The second reading has all the answers, unless the configuration changes between the two.
  for (let round = 1; ; round++) {
    const { named, contents, hash, unread, torn } = snapshot
    const asked = new Set<string>()
    const parsed = await inSlices(parseWritten(written, named, now, asked, standIn))
    if (asked.symmetricDifference(named).size === 0 || round === 3) {
      return { parsed, hash, contents, namedFiles: [...named.keys()], unread, torn }
    }
    snapshot = await readSnapshot(path, asked)
    if (!isSame(snapshot.config, written.config)) written = await inSlices(readParts(snapshot.config))
  }
}

/** The files of a configuration as one whole, or why they cannot be. */
interface Written {
  readonly config: Snapshot['config']
  readonly origin: Origin
  readonly problems: readonly Problem[]
}

function* readParts(config: Snapshot['config']): Steps<Written> {
  const documents: YamlDocument[] = []
  const problems: Problem[] = []
  for (const [file, content] of config) {
    if ('error' in content) {
      const message = `the configuration ${quote(file)} cannot be read: ${content.error}; correct it, or set FORWARDGATE_CONFIG`
      problems.push({ path: '', message, position: undefined })
      continue
    }
    const text = decodeUtf8(content.bytes)
    if (text !== undefined) documents.push(yield* readYamlSteps(file, text))
    else problems.push({ path: '', message: NOT_UTF8, position: { file, line: 1, column: 1 } })
  }
  return { config, origin: originOfFiles(documents), problems }
}

const NOT_UTF8 = 'the file is not UTF-8; save it as UTF-8'

function* parseWritten(
  { origin, problems }: Written,
  named: Snapshot['named'],
  now: number,
  asked: Set<string>,
  standIn: StandIn | undefined,
): Steps<Parsed> {
  if (problems.length > 0) return { ok: false, problems }
  return yield* parseOrigin(origin, {
    now,
    readFile: (file, mention) => {
      asked.add(file)
      const content = named.get(file) ?? { error: 'it has not been read' }
      return isMissing(content) ? (standIn?.(mention) ?? content) : content
    },
  })
}

function isSame(one: Snapshot['config'], other: Snapshot['config']): boolean {
  return isDeepStrictEqual([...one], [...other])
}
