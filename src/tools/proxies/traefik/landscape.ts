import { child, items, textOf, type YamlNode } from '../yaml-node.ts'
import type { RuleExpression } from './rule-expression.ts'

/** One middleware, whichever way it was written. */
export interface Middleware {
  /** As Traefik calls it: `mcp-auth@kubernetescrd`, `auth@file`. */
  readonly id: string
  /** `forwardAuth`, `headers`, `stripPrefix` … */
  readonly kind: string
  /** Of a Kubernetes object; else empty. */
  readonly namespace: string
  readonly options: YamlNode
}

/** A router's mention of a middleware. */
export interface Reference {
  readonly id: string
  readonly node: YamlNode
  /** A Gateway API filter is its own middleware. */
  readonly inline?: Middleware
  /** The namespaces that differ, if Traefik needs permission for that. */
  readonly crossing?: { readonly from: string; readonly to: string }
}

/** One router: a rule, and the middlewares between it and a service. */
export interface Router {
  readonly node: YamlNode
  /** The node of its rule. */
  readonly ruleNode: YamlNode
  readonly rule: RuleExpression | undefined
  /** Traefik tries the highest first; unless written, the length of the rule. */
  readonly priority: number
  readonly references: readonly Reference[]
  /** Names of the services it leads to. */
  readonly services: readonly string[]
}

/** An entry point of the static configuration with middlewares for everything that comes in. */
export interface EntryPoint {
  readonly name: string
  readonly references: readonly Reference[]
}

/** An image of Traefik that the manifests run; a part that is left open is infinite. */
export interface TraefikVersion {
  readonly node: YamlNode
  readonly version: readonly [major: number, minor: number, patch: number]
}

/** Everything about routing that the manifests say. */
export interface Landscape {
  /** All of them, in the order in which they are written. */
  readonly middlewares: readonly Middleware[]
  /** The one that a reference gets; of equal names the last. */
  readonly byId: ReadonlyMap<string, Middleware>
  readonly routers: readonly Router[]
  readonly entryPoints: readonly EntryPoint[]
  readonly traefikVersions: readonly TraefikVersion[]
}

/** One middleware of a router, in the order of execution; undefined where the reference leads nowhere. */
export interface Attached {
  readonly reference: Reference
  readonly middleware: Middleware | undefined
}

const MAX_CHAIN_DEPTH = 8
/** References that are followed: chains of chains could be more than anything can hold. */
const MAX_FOLLOWED = 500

/** The middlewares of a router in order, chains written out. */
export function attachedTo(references: readonly Reference[], landscape: Landscape): readonly Attached[] {
  const steps: Attached[] = []
  let followed = 0
  const follow = (some: readonly Reference[], depth: number): void => {
    for (const reference of some) {
      if (followed++ >= MAX_FOLLOWED) return
      const middleware = reference.inline ?? landscape.byId.get(reference.id)
      if (middleware?.kind !== 'chain' || depth > MAX_CHAIN_DEPTH) steps.push({ reference, middleware })
      else follow(chained(middleware), depth + 1)
    }
  }
  follow(references, 0)
  return steps
}

function chained(chain: Middleware): readonly Reference[] {
  const provider = chain.id.slice(chain.id.lastIndexOf('@'))
  return items(child(chain.options, 'middlewares')).map((node) => {
    const name = textOf(node) ?? textOf(child(node, 'name')) ?? ''
    const namespace = textOf(child(node, 'namespace')) ?? chain.namespace
    return { id: name.includes('@') ? name : `${namespace === '' ? '' : `${namespace}-`}${name}${provider}`, node }
  })
}
