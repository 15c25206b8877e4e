import type { Vector } from '../../conformance/vector.ts'
import { ALL_VECTORS } from '../../conformance/vectors.ts'
import type { Attack } from './attack.ts'

/** Every request of the one table, by id. */
export const everyRow: ReadonlyMap<string, Vector> = new Map(ALL_VECTORS.map((row) => [row.id, row]))

/** All that tries an attack in one request. Rows that need missing keys or a bug are tried elsewhere. */
export function rowsOf({ title, rows = [], like = [] }: Attack): readonly Vector[] {
  const found = like.flatMap((pattern) => {
    const named = ALL_VECTORS.filter(({ id, attack }) =>
      attack !== undefined ? false : pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern,
    )
    if (named.length === 0) throw new Error(`${title}: no row is called ${pattern}`)
    return named
  })
  return [...rows, ...found.filter(({ keysDown, bug }) => keysDown === undefined && bug === undefined)]
}
