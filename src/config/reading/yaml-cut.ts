import type { CST, Node, Pair } from 'yaml'
import type { Steps } from '../steps.ts'

export type Collection = CST.BlockMap | CST.BlockSequence | CST.FlowCollection
type Item = CST.CollectionItem

/** What was taken away from a collection: its first items, composed, and where it began. */
export interface Cut {
  readonly items: readonly (Node | Pair)[]
  readonly offset: number
}

/** What is nested more deeply is refused anyway. */
const MAX_DEPTH = 64

export interface Cutting {
  /** Composes items of a collection by themselves; `end` is where the last one ends. */
  readonly compose: (part: Collection) => { readonly items: readonly (Node | Pair)[]; readonly end: number }
  /** Gets what has to be put back before the rest of each collection that was looked into. */
  readonly cuts: Map<unknown, Cut>
  /** Characters of YAML that make a part. */
  readonly characters: number
}

/**
 * Takes the first items of every large collection in `token` away, which ends at `end`, and composes them part by part:
 * the composer of the library works on a whole document in one piece. What is composed is the same as of the whole, and
 * so is every place in it.
 */
export function* cutCollections(
  token: CST.Token | null | undefined,
  end: number,
  cutting: Cutting,
  depth = 0,
): Steps<void> {
  if (!isCollection(token) || depth > MAX_DEPTH) return
  const { compose, cuts, characters } = cutting
  const items: readonly Item[] = token.items
  const starts = items.map(startOf)
  if (end - (starts[0] ?? end) < characters) return
  for (const [index, { sep, value }] of items.entries()) {
    const next = starts[index + 1] ?? end
    if (next - (starts[index] ?? next) < characters) continue
    // Without its colon a value is not looked at.
    if (token.type === 'block-map' && sep?.some(({ type }) => type === 'map-value-ind') !== true) continue
    yield
    yield* cutCollections(value, next, cutting, depth + 1)
  }
  const { offset } = token
  const composed: (Node | Pair)[] = []
  let rest = { from: 0, offset }
  const isSafe = isSafeToCut(token)
  for (let at = 1; at < items.length && isSafe; at++) {
    if ((starts[at] ?? 0) - (starts[rest.from] ?? 0) < characters) continue
    yield
    const part = compose(withoutTail(withItems(token, items.slice(rest.from, at), rest.offset)))
    for (const item of part.items) composed.push(item)
    rest = { from: at, offset: part.end }
  }
  if (rest.from > 0) Object.assign(token, withItems(token, items.slice(rest.from), rest.offset))
  cuts.set(token, { items: composed, offset })
}

function isCollection(token: CST.Token | null | undefined): token is Collection {
  return token?.type === 'block-map' || token?.type === 'block-seq' || token?.type === 'flow-collection'
}

function startOf({ start, key, sep, value }: Item): number {
  return start[0]?.offset ?? key?.offset ?? sep?.[0]?.offset ?? value?.offset ?? 0
}

/** Only if all is in order: no item without its sign but for the last, which may be a comment, and the bracket closed. */
function isSafeToCut(token: Collection): boolean {
  const items: readonly Item[] = token.items
  switch (token.type) {
    case 'block-map':
      return items.slice(0, -1).every(({ sep }) => sep !== undefined)
    case 'block-seq':
      return items.slice(0, -1).every(({ start }) => start.some(({ type }) => type === 'seq-item-ind'))
    case 'flow-collection':
      return (
        token.end[0]?.source === (token.start.source === '{' ? '}' : ']') &&
        items.slice(1).every(({ start }) => start[0]?.type === 'comma') &&
        items.slice(0, -1).every(({ key, value }) => (key ?? value ?? undefined) !== undefined) &&
        // The library places an empty key by what it has read before.
        items.every(({ key, sep }) => sep === undefined || (key ?? undefined) !== undefined)
      )
  }
}

/** The collection with some of its items, the first of which is the one after `offset`. */
function withItems(token: Collection, items: readonly Item[], offset: number): Collection {
  const [first, ...others] = items
  const comma = first?.start[0]
  if (first === undefined || token.type !== 'flow-collection' || comma?.type !== 'comma') {
    return { ...token, offset, items } as Collection
  }
  // The comma is now where the bracket was: no item may begin with one.
  return { ...token, offset: comma.offset, items: [{ ...first, start: first.start.slice(1) }, ...others] }
}

/** The text behind the closing bracket belongs to the whole. */
function withoutTail(token: Collection): Collection {
  return token.type === 'flow-collection' ? { ...token, end: token.end.slice(0, 1) } : token
}
