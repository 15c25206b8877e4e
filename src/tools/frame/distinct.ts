/** The first of each that have the same key, in their order. */
export function distinctBy<T>(all: readonly T[], keyOf: (one: T) => unknown): readonly T[] {
  return [...Map.groupBy(all, keyOf).values()].flatMap((same) => same.slice(0, 1))
}
