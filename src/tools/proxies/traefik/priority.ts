import { textOf, type YamlNode } from '../yaml-node.ts'

/** The priority of a router: as written, or the length of its rule. */
export function priorityOf(written: YamlNode | undefined, rule: string): number {
  const number = Number(textOf(written) ?? 0)
  return Number.isFinite(number) && number !== 0 ? number : rule.length
}
