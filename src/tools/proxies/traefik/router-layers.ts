import type { Router } from './landscape.ts'
import { type Finder, finderOf, type Named } from './named-objects.ts'
import type { Reference } from './reference.ts'
import { bothRules } from './rule-expression.ts'

/** Routers that parents and children may make: they multiply. */
const MAX_COMBINED = 10_000
const MAX_LAYERS = 8
/** The priority of a child counts among its siblings only. */
const BELOW = 2 ** -32

interface Parent extends Named {
  readonly routers: readonly Router[]
}

/**
 * Routers as requests meet them: each child behind each of its parents, which lead nowhere by themselves. What would be
 * too many stays as it is written, without its parents.
 */
export function joinLayers(routers: readonly Router[]): {
  readonly routers: readonly Router[]
  readonly missingParents: readonly Reference[]
} {
  const mentioned = routers.flatMap(({ layer }) => layer?.parents ?? [])
  if (mentioned.length === 0) return { routers, missingParents: [] }
  const find = finderOf(parentsOf(routers))
  const leadOn = new Set(mentioned.flatMap((parent) => find(parent)?.routers ?? []))
  const joining = { find, left: MAX_COMBINED }
  return {
    routers: routers.flatMap((router) =>
      behindParents(router, joining, MAX_LAYERS).map((joined) =>
        leadOn.has(router) ? { ...joined, leadsOn: true } : joined,
      ),
    ),
    missingParents: mentioned.filter((parent) => find(parent) === undefined),
  }
}

function parentsOf(routers: readonly Router[]): readonly Parent[] {
  const layered = routers.flatMap((router) => (router.layer === undefined ? [] : [{ router, layer: router.layer }]))
  return [...Map.groupBy(layered, ({ layer }) => layer.id).values()].flatMap((group) =>
    group.slice(0, 1).map(({ layer }) => ({ ...layer, routers: group.map(({ router }) => router) })),
  )
}

/** A child whose parent is missing is none to Traefik. */
function behindParents(
  router: Router,
  joining: { readonly find: Finder<Parent>; left: number },
  layers: number,
): readonly Router[] {
  const parents = router.layer?.parents ?? []
  if (parents.length === 0 || layers === 0 || joining.left <= 0) return [router]
  const above = parents.flatMap((parent) => joining.find(parent)?.routers ?? [])
  return above
    .flatMap((parent) => behindParents(parent, joining, layers - 1))
    .map((parent) => {
      joining.left--
      return behind(router, parent)
    })
}

function behind(child: Router, parent: Router): Router {
  return {
    ...child,
    rule: bothRules(parent.rule, child.rule),
    priority: parent.priority + child.priority * BELOW,
    references: [...parent.references, ...child.references],
    entryPoints: parent.entryPoints,
    tls: parent.tls,
  }
}
