import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { CONFIG_VARIABLES, type ConfigVariables, originOfEnvironment } from './environment.ts'
import { type Generation, readGeneration } from './generation.ts'
import { type ConfigText, type Parsed, parse, parseOrigin } from './parse.ts'
import { type Problem, quote } from './problem.ts'

/** Where the configuration comes from: a file, a directory of files, or variables where there is none. */
export type Source =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'environment'; readonly variables: ConfigVariables }

/** One reading of a source. */
export interface Loaded {
  readonly parsed: Parsed
  /** Over every byte that went in; equal means that nothing changed. */
  readonly hash: string
  /** The files that the configuration names, resolved; what `watch` looks at besides. */
  readonly namedFiles: readonly string[]
}

/** kubelet needs two renames to swap a directory; what was missing between them is there a moment later. */
const SWAP_MS = 50

/** Reads a source and everything it names. Bad content, a missing file too, is a result and not an error. */
export async function load(source: Source, now: number): Promise<Loaded> {
  if (source.kind === 'environment') {
    const origin = originOfEnvironment(source.variables)
    const parsed = parseOrigin(origin, { now, readFile: () => ({ error: 'no file is read here' }) })
    const values = CONFIG_VARIABLES.map(({ name }) => source.variables[name] ?? null)
    return { parsed, hash: createHash('sha256').update(JSON.stringify(values)).digest('hex'), namedFiles: [] }
  }
  const first = await loadPath(source.path, now)
  if (!first.generation.torn) return first
  await sleep(SWAP_MS)
  return loadPath(source.path, now)
}

async function loadPath(path: string, now: number): Promise<Loaded & { readonly generation: Generation }> {
  // Which files are named is known only after reading: the first round asks, the second has the answers. A third is
  // needed only when the configuration changes between the two.
  let names = new Set<string>()
  for (let round = 1; ; round++) {
    const generation = await readGeneration(path, names)
    const asked = new Set<string>()
    const parsed = parseGeneration(generation, now, asked)
    if ([...asked].every((name) => names.has(name)) || round === 3) {
      return { parsed, hash: generation.hash, namedFiles: [...names], generation }
    }
    names = asked
  }
}

function parseGeneration({ config, named }: Generation, now: number, asked: Set<string>): Parsed {
  const texts: ConfigText[] = []
  const problems: Problem[] = []
  for (const [file, content] of config) {
    if ('error' in content) {
      const message = `the configuration ${quote(file)} cannot be read: ${content.error}; correct it, or set FORWARDGATE_CONFIG`
      problems.push({ path: '', message, position: undefined })
      continue
    }
    try {
      texts.push({ file, text: new TextDecoder('utf-8', { fatal: true }).decode(content.bytes) })
    } catch {
      problems.push({
        path: '',
        message: 'the file is not UTF-8; save it as UTF-8',
        position: { file, line: 1, column: 1 },
      })
    }
  }
  if (problems.length > 0) return { ok: false, problems }
  return parse(texts, {
    now,
    readFile: (file) => {
      asked.add(file)
      return named.get(file) ?? { error: 'it has not been read' }
    },
  })
}
