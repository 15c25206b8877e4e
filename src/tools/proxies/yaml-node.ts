import { formatPath, type Path, type Position } from '../../config/problem.ts'
import type { YamlDocument } from '../../config/reading/yaml-document.ts'
import { isJsonObject } from '../../keys/json-object.ts'

/** A value of a manifest that knows its place. */
export interface YamlNode {
  readonly value: unknown
  /** As a reader would look for it: `Middleware mcp/auth: spec.forwardAuth`. */
  readonly path: string
  readonly position: Position
  readonly keyPosition: Position
  /** Members of a map by key, items of a list by index; merge keys (`<<`) are followed. */
  readonly members: ReadonlyMap<string, YamlNode>
  /** True if keys are compared without regard to case and a text may be a list, as Traefik reads labels and files. */
  readonly loose: boolean
}

type Located = Pick<YamlDocument, 'value' | 'locate'>

/** A document as a tree. `name` says which object it is; empty if the path alone says enough. */
export function documentNode(
  document: Located,
  name: string,
  options: { readonly loose: boolean; readonly at?: Path },
): YamlNode {
  const at = options.at ?? []
  return nodeAt(document, name, at, at, options.loose, valueAt(document.value, at))
}

/** The node below these keys; undefined if there is none. */
export function child(node: YamlNode | undefined, ...keys: readonly string[]): YamlNode | undefined {
  return keys.reduce<YamlNode | undefined>((found, key) => found && member(found, key), node)
}

/** Items of a list; a text of the loose kind is a list separated by commas. */
export function items(node: YamlNode | undefined): readonly YamlNode[] {
  if (node === undefined) return []
  if (Array.isArray(node.value)) return [...node.members.values()]
  if (!node.loose || typeof node.value !== 'string') return []
  return node.value.split(',').map((value) => ({ ...node, value: value.trim() }))
}

/** Members of a map with their keys. */
export function entries(node: YamlNode | undefined): readonly (readonly [string, YamlNode])[] {
  return node === undefined || Array.isArray(node.value) ? [] : [...node.members]
}

/** The text of a scalar; undefined for everything else. */
export function textOf(node: YamlNode | undefined): string | undefined {
  const value = node?.value
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

/** The texts of a list. */
export function textsOf(node: YamlNode | undefined): readonly string[] {
  return items(node).flatMap((item) => textOf(item) ?? [])
}

function nodeAt(document: Located, name: string, path: Path, real: Path, loose: boolean, value: unknown): YamlNode {
  const shown = formatPath(path)
  let members: ReadonlyMap<string, YamlNode> | undefined
  return {
    value,
    path: name === '' ? shown : shown === '' ? name : `${name}: ${shown}`,
    loose,
    get position() {
      return document.locate(real, 'value')
    },
    get keyPosition() {
      return document.locate(real, 'key')
    },
    get members() {
      members ??= new Map(
        membersOf(value).map(([key, from, item]) => {
          const part = Array.isArray(value) ? Number(key) : key
          return [key, nodeAt(document, name, [...path, part], [...real, ...from, part], loose, item)]
        }),
      )
      return members
    },
  }
}

/** Key, the way over merge keys, value. */
function membersOf(value: unknown): readonly (readonly [string, Path, unknown])[] {
  if (Array.isArray(value)) return value.map((item, index) => [String(index), [], item])
  if (!isJsonObject(value)) return []
  const own = Object.entries(value).filter(([key]) => key !== '<<')
  const merged = Array.isArray(value['<<'])
    ? value['<<'].map((item, index) => [['<<', index], item] as const)
    : [[['<<'], value['<<']] as const]
  const found = new Map<string, readonly [string, Path, unknown]>(own.map(([key, item]) => [key, [key, [], item]]))
  for (const [way, map] of merged) {
    for (const [key, from, item] of membersOf(isJsonObject(map) ? map : undefined)) {
      if (!found.has(key)) found.set(key, [key, [...way, ...from], item])
    }
  }
  return [...found.values()]
}

function member(node: YamlNode, key: string): YamlNode | undefined {
  const exact = node.members.get(key)
  if (exact !== undefined || !node.loose) return exact
  const folded = key.toLowerCase()
  return [...node.members].find(([name]) => name.toLowerCase() === folded)?.[1]
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, part) => {
    if (Array.isArray(found)) return found[Number(part)]
    return isJsonObject(found) ? found[part] : undefined
  }, value)
}
