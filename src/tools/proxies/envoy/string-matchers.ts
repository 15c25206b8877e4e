import { child, items, textOf, type YamlNode } from '../yaml-node.ts'

/** A member by its name in Envoy's language, which may also be written in camel case; the way through several. */
export function member(node: YamlNode | undefined, ...names: readonly string[]): YamlNode | undefined {
  return names.reduce<YamlNode | undefined>(
    (found, name) =>
      child(found, name) ??
      child(
        found,
        name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
      ),
    node,
  )
}

/** Whether one of the `patterns` of a list of string matchers takes a name. A regular expression is not evaluated: only that for odd names counts. */
export function listMatches(list: YamlNode | undefined, name: string): boolean {
  return items(member(list, 'patterns')).some((pattern) => matches(pattern, name.toLowerCase()))
}

function matches(pattern: YamlNode, name: string): boolean {
  const ignoresCase = textOf(member(pattern, 'ignore_case')) === 'true'
  const read = (kind: string) => {
    const text = textOf(member(pattern, kind))
    return ignoresCase ? text?.toLowerCase() : text
  }
  const [exact, prefix, suffix, contains] = [read('exact'), read('prefix'), read('suffix'), read('contains')]
  return (
    exact === name ||
    (prefix !== undefined && name.startsWith(prefix)) ||
    (suffix !== undefined && name.endsWith(suffix)) ||
    (contains !== undefined && name.includes(contains))
  )
}
