import { isUtf8 } from 'node:buffer'
import { type Alias, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type YAMLMap } from 'yaml'
import { formatPath, type Path, type Position, type Problem, quote } from '../problem.ts'
import { allAtOnce, type Steps } from '../steps.ts'
import { yamlAllowance } from './yaml-bounds.ts'
import { composeYaml } from './yaml-compose.ts'

/** A YAML file as plain data, which still knows where everything was written. */
export interface YamlDocument {
  readonly file: string
  /** Maps, lists and scalars; undefined when the file holds nothing or could not be read. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** The place of a key or value; of its nearest parent when it does not exist. */
  locate(path: Path, at: 'key' | 'value'): Position
  /** True if the document has a value at this path. */
  has(path: Path): boolean
}

/** Largest file that is read: a ConfigMap cannot be larger. */
export const MAX_FILE_BYTES = 1024 * 1024

/** Nodes that all aliases together may expand to; without a bound nine lines of aliases become gigabytes. */
const MAX_ALIASES = 100_000
const MAX_DEPTH = 64
/** Nodes that are visited in one step. */
const STEP_NODES = 1_000
const MAX_ERRORS = 20
/** Problems of one file that are kept; far more than are shown. */
const MAX_PROBLEMS = 1_000

/**
 * Reads one YAML 1.2 file (core schema, string keys) into plain data. Refused, because two readers could see two
 * things in them: tags, directives, several documents, repeated keys, the key `__proto__`, aliases to themselves or
 * to very much. What it costs is bounded by `allowance`, which several readings may share.
 */
export function readYaml(file: string, text: string, allowance = yamlAllowance()): YamlDocument {
  return allAtOnce(readYamlSteps(file, text, allowance))
}

/** The same in steps. */
function* readYamlSteps(file: string, text: string, allowance = yamlAllowance()): Steps<YamlDocument> {
  const lines = new LineCounter()
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    // The counter knows no line before the file was read.
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) {
    return broken(file, position(0), 'is larger than 1 MiB; split it into a directory of files')
  }
  const composed = yield* composeYaml(text, lines, allowance)
  if (typeof composed === 'string') return broken(file, position(0), composed)

  const problems: Problem[] = composed.mistakes
    .filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')
    .slice(0, MAX_ERRORS)
    .map(({ code, message, pos }) => ({ path: '', message: syntaxMessage(code, message), position: position(pos[0]) }))
  if (composed.hasDirective) {
    problems.push({ path: '', message: 'a %YAML directive is not allowed; remove the line', position: position(0) })
  }
  const targets: Targets = new Map()
  const { contents } = composed
  const value = problems.length > 0 ? undefined : yield* toValue(contents, position, problems, targets)
  const find = createFind(contents, targets)
  return {
    file,
    value,
    problems,
    locate: (path, at) => position(find(path, at).offset),
    has: (path) => find(path, 'value').found,
  }
}

/** Reads a file as it is on the disk, in steps. */
export function* readYamlBytes(file: string, bytes: Buffer): Steps<YamlDocument> {
  const start = { file, line: 1, column: 1 }
  if (!isUtf8(bytes)) return broken(file, start, 'is not UTF-8; save it as UTF-8')
  return yield* readYamlSteps(file, new TextDecoder().decode(bytes))
}

/** What each alias means; to search for it costs as much as the whole file. */
type Targets = Map<Alias, Node | undefined>

function broken(file: string, start: Position, message: string): YamlDocument {
  const problems = [{ path: '', message: `the file ${message}`, position: start }]
  return { file, value: undefined, problems, locate: () => start, has: () => false }
}

/** Adds a problem at a node, once: the target of an alias is visited more than once. */
function createReport(problems: Problem[], position: (offset: number) => Position) {
  const reported = new Set<string>()
  return (node: Node | null, path: Path, message: string): undefined => {
    if (problems.length >= MAX_PROBLEMS) return
    const offset = node?.range?.[0] ?? 0
    if (reported.has(`${offset} ${message}`)) return
    reported.add(`${offset} ${message}`)
    problems.push({ path: formatPath(path), message, position: position(offset) })
  }
}

function* toValue(
  contents: Node | null,
  position: (offset: number) => Position,
  problems: Problem[],
  targets: Targets,
): Steps<unknown> {
  let visited = 0
  const anchors = new Map<string, Node>()
  let aliasDepth = 0
  let aliased = 0
  let repeated = 0
  const report = createReport(problems, position)

  function* visit(node: Node | null, path: Path, open: readonly Node[]): Steps<unknown> {
    if (++visited % STEP_NODES === 0) yield
    if (node === null || aliased > MAX_ALIASES) return null
    if (isAlias(node)) return yield* visitAlias(node, path, open)
    if (aliasDepth > 0) aliased++
    else remember(node)
    if (node.tag !== undefined) report(node, path, `the tag ${tagText(node.tag)} is not allowed; write the plain value`)
    if (open.length > MAX_DEPTH) return report(node, path, `is nested more than ${MAX_DEPTH} levels deep`)
    if (isScalar(node)) return node.value
    const below = [...open, node]
    if (isSeq(node)) {
      const list: unknown[] = []
      for (const item of node.items) list.push(yield* visit(toNode(item), [...path, list.length], below))
      return list
    }
    if (!isMap(node)) return report(node, path, 'is neither a map, a list nor a value')

    const first = new Map<string, Node | null>()
    const value: Record<string, unknown> = {}
    for (const { key: keyNode, value: item } of node.items) {
      const key = isScalar(keyNode) ? String(keyNode.value) : ''
      const keyed = toNode(keyNode)
      const here = [...path, key]
      if (keyed !== null && aliasDepth === 0) remember(keyed)
      if (keyed?.tag !== undefined)
        report(keyed, here, `the tag ${tagText(keyed.tag)} is not allowed; write the plain key`)
      if (first.has(key)) {
        const line = position(first.get(key)?.range?.[0] ?? 0).line
        report(keyed, here, `is written twice, first on line ${line}; remove one of them`)
        repeated++
      } else if (key === '__proto__') {
        report(keyed, here, 'is not allowed as a key; remove it')
      } else {
        first.set(key, keyed)
        value[key] = yield* visit(toNode(item), here, below)
      }
    }
    return value
  }

  const remember = (node: Node): void => {
    if ('anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, node)
  }

  function* visitAlias(alias: Alias, path: Path, open: readonly Node[]): Steps<unknown> {
    // Everything is visited in the order of the file before an alias leads to it again: the last anchor is the one.
    if (!targets.has(alias)) targets.set(alias, anchors.get(alias.source))
    const target = targets.get(alias)
    if (target === undefined) return report(alias, path, `the anchor &${alias.source} does not exist before this alias`)
    if (open.includes(target))
      return report(alias, path, `the alias *${alias.source} contains itself; write the value out`)
    aliasDepth++
    const value = yield* visit(target, path, open)
    aliasDepth--
    return value
  }

  const value = yield* visit(contents, [], [])
  if (aliased > MAX_ALIASES) {
    const message = 'the aliases in this file expand to too much; write the values out'
    problems.push({ path: '', message, position: position(0) })
  }
  // With a key twice, the first one is read on, so that all other problems are reported too.
  return problems.length > repeated ? undefined : value
}

type Find = (path: Path, at: 'key' | 'value') => { readonly offset: number; readonly found: boolean }

function createFind(contents: Node | null, targets: Targets): Find {
  const tables = new Map<YAMLMap, ReadonlyMap<string, YAMLMap['items'][number]>>()
  const pairOf = (map: YAMLMap, key: string) => {
    const table = tables.get(map) ?? tableOf(map)
    tables.set(map, table)
    return table.get(key)
  }
  return (path, at) => {
    let node = contents
    let offset = node?.range?.[0] ?? 0
    for (const [index, part] of path.entries()) {
      if (isAlias(node)) node = targets.get(node) ?? null
      let key: Node | null = null
      let value: Node | null = null
      if (isMap(node)) {
        const pair = typeof part === 'string' ? pairOf(node, part) : undefined
        key = toNode(pair?.key)
        value = toNode(pair?.value)
        if (pair === undefined) return { offset, found: false }
      } else if (isSeq(node) && typeof part === 'number' && part in node.items) {
        value = toNode(node.items[part])
      } else {
        return { offset, found: false }
      }
      const last = index === path.length - 1
      const empty = value === null || (isScalar(value) && value.source === '')
      const shown = key !== null && (!last || at === 'key' || empty) ? key : value
      offset = shown?.range?.[0] ?? offset
      node = value
    }
    return { offset, found: true }
  }
}

/** The first pair of each key. */
function tableOf({ items }: YAMLMap): ReadonlyMap<string, YAMLMap['items'][number]> {
  return new Map(
    items.toReversed().flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])),
  )
}

/** The types of `yaml` leave items open (`unknown`), but a parsed document holds nodes only. */
function toNode(item: unknown): Node | null {
  return item === undefined ? null : (item as Node | null)
}

function tagText(tag: string): string {
  return quote(tag.replace(/^tag:yaml\.org,2002:/, '!!'))
}

function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'a second document begins here; write one document only, without a further ---'
    case 'TAB_AS_INDENT':
      return 'a tab is used as indentation; use spaces'
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'this text contains ": "; put it in quotes'
    case 'NON_STRING_KEY':
      return 'a key must be plain text; write it without brackets, alias or tag'
    case 'BAD_SCALAR_START':
      return `a value cannot begin with ${message.slice(-1)}; put it in quotes`
    default:
      return `this is not valid YAML: ${message.replace(/\s+/g, ' ').slice(0, 200)}`
  }
}
