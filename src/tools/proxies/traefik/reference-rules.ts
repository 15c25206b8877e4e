import { didYouMean } from '../../../config/nearest-name.ts'
import { quote } from '../../../config/problem.ts'
import { type CheckRule, hitAt } from '../../check/check-rule.ts'
import { hasPlaceholder } from '../placeholders.ts'
import type { ManifestSubject } from './gate-middleware.ts'
import { attachedTo, chained, type Landscape } from './landscape.ts'
import { KUBERNETES, type Reference } from './reference.ts'

/** Whether what routers refer to is there, and may be referred to: else Traefik drops the router. */
export const REFERENCE_RULES: readonly CheckRule<ManifestSubject>[] = [
  {
    id: 'middleware-missing',
    severity: 'error',
    why: 'Traefik drops the whole router, and the next one that matches answers: without any check, if it is an open one',
    fix: 'correct the name, or give check the manifests that define it too',
    find: ({ landscape }) => {
      const names = landscape.middlewares.map(({ id }) => id)
      const known = new Set([KUBERNETES, ...names.map(providerOf)])
      return [...landscape.routers, ...landscape.entryPoints]
        .flatMap(({ references }) => attachedTo(references, landscape))
        .filter(({ reference, middleware }) => middleware === undefined && known.has(providerOf(reference.id)))
        .filter(({ reference }) => !hasPlaceholder(reference.id))
        .map(({ reference }, index) => {
          const hint = index < HINTS ? didYouMean(reference.id, names.slice(0, CANDIDATES)) : ''
          return hitAt(reference.node, `${quote(reference.id)} does not exist${hint}`)
        })
    },
  },
  {
    id: 'middleware-by-provider-name',
    severity: 'error',
    why: 'unless providers.kubernetesCRD.allowCrossNamespace is on, Traefik drops the whole router: the name could be of another namespace',
    fix: 'write the name of the Middleware alone; the form with @kubernetescrd belongs into the annotations of an Ingress',
    find: ({ landscape }) =>
      references(landscape)
        .filter(({ byProviderName }) => byProviderName === true && !landscape.crossNamespace)
        .map(({ id, node }) => hitAt(node, `${quote(id)} is refused in a Kubernetes object`)),
  },
  {
    id: 'middleware-other-namespace',
    severity: 'warning',
    why: 'unless providers.kubernetesCRD.allowCrossNamespace is on, Traefik drops the whole router',
    fix: 'give each namespace a Middleware of its own; the address leads to forwardgate from everywhere',
    find: ({ landscape }) =>
      references(landscape).flatMap(({ crossing, node }) => {
        if (crossing === undefined || landscape.crossNamespace) return []
        return hitAt(node, `is in namespace ${quote(crossing.to)}, the router in ${quote(crossing.from)}`)
      }),
  },
  {
    id: 'parent-missing',
    severity: 'warning',
    why: 'Traefik drops a router whose parent does not exist; and whether the parent is protected is not known here',
    fix: 'correct the name, or give check the manifests that define it too',
    find: ({ landscape }) =>
      landscape.missingParents
        .filter(({ id }) => !hasPlaceholder(id))
        .map(({ id, node }) => hitAt(node, `the parent ${quote(id)} does not exist`)),
  },
]

/** Everything that routers and chains refer to. */
function references({ routers, middlewares }: Landscape): readonly Reference[] {
  return [
    ...routers.flatMap((router) => [...router.references, ...(router.layer?.parents ?? [])]),
    ...middlewares.flatMap((middleware) => (middleware.kind === 'chain' ? chained(middleware) : [])),
  ]
}

/** Of a provider that the manifests say nothing about, nothing can be said. */
function providerOf(id: string): string {
  return id.slice(id.lastIndexOf('@'))
}

/** Names that get a hint, and names that it is looked for among: each pair costs microseconds. */
const HINTS = 20
const CANDIDATES = 2_000
