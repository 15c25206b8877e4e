/** Counts of events by their label values. */
export interface Tally {
  /** One more with these values, one for each label. */
  readonly add: (...values: readonly string[]) => void
  /** Forgets whatever has another first value than these. */
  readonly keep: (firstValues: ReadonlySet<string>) => void
  readonly series: () => Iterable<{ readonly values: readonly string[]; readonly count: number }>
}

interface Node {
  count: number
  readonly below: Map<string, Node>
}

/** Plain numbers in nested maps: to count is some look-ups of known strings, and no key is put together for it. */
export function createTally(): Tally {
  const root: Node = { count: 0, below: new Map() }
  return {
    add(...values) {
      let node = root
      for (const value of values) node = node.below.get(value) ?? grow(node, value)
      node.count += 1
    },
    keep(firstValues) {
      for (const value of root.below.keys()) if (!firstValues.has(value)) root.below.delete(value)
    },
    series: () => leaves(root, []),
  }
}

function grow(node: Node, value: string): Node {
  const child: Node = { count: 0, below: new Map() }
  node.below.set(value, child)
  return child
}

function* leaves(node: Node, values: readonly string[]): Generator<{ values: readonly string[]; count: number }> {
  if (node.count > 0) yield { values, count: node.count }
  for (const [value, child] of node.below) yield* leaves(child, [...values, value])
}
