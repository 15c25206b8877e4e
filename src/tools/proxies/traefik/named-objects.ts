import { KUBERNETES, type Reference } from './reference.ts'

/** An object that others refer to. */
export interface Named {
  readonly id: string
  readonly name: string
  /** Empty if none is written. */
  readonly namespace: string
}

/** Finds what a reference means. */
export type Finder<T> = (reference: Pick<Reference, 'id' | 'unplaced'>) => T | undefined

/** Namespace and name of Kubernetes have 63 and 253 characters at most. */
const MAX_ID = 400

/**
 * A finder among these objects; of equal ids the last. If no namespace is written, one is filled in later, by
 * kustomize or by `kubectl -n`: there the name decides.
 */
export function finderOf<T extends Named>(all: readonly T[]): Finder<T> {
  const byId = new Map(all.map((one) => [one.id, one]))
  const inKubernetes = all.filter(({ id }) => id.endsWith(KUBERNETES))
  const placed = new Map(inKubernetes.flatMap((one) => (one.namespace === '' ? [] : [[one.name, one] as const])))
  const unplaced = new Map(inKubernetes.flatMap((one) => (one.namespace === '' ? [[one.name, one] as const] : [])))
  return ({ id, unplaced: anywhere }) => {
    const exact = byId.get(id)
    if (exact !== undefined || !id.endsWith(KUBERNETES) || id.length > MAX_ID) return exact
    const name = id.slice(0, -KUBERNETES.length)
    if (anywhere === true) return placed.get(name)
    return unplaced.size === 0 ? undefined : endings(name).flatMap((ending) => unplaced.get(ending) ?? [])[0]
  }
}

/** What may be the name in `namespace-name`: both may have hyphens. */
function endings(text: string): readonly string[] {
  return [...text.matchAll(/-/g)].map(({ index }) => text.slice(index + 1))
}
