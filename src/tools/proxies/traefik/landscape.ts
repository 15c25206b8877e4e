import type { Front } from '../fronts/front.ts'
import { child, items, textOf, type YamlNode } from '../yaml-node.ts'
import type { Finder } from './named-objects.ts'
import type { Realm, TraefikObjects } from './realm.ts'
import { KUBERNETES, kubernetesReference, type Middleware, type Reference } from './reference.ts'
import type { RuleExpression } from './rule-expression.ts'

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
  /** The same as addresses, as far as they are known: `app.mcp.svc:8080`, or host and port of a URL. */
  readonly backends: readonly string[]
  /** Names of its entry points; empty: the default ones. */
  readonly entryPoints: readonly string[]
  /** Whether it has TLS; undefined if something else decides that, such as the listener of a Gateway. */
  readonly tls: boolean | undefined
  /** What says which Traefik serves it; undefined: any. */
  readonly realm?: Realm
  /** Its place among routers of several layers. */
  readonly layer?: Layer
  /** Whether it leads to other routers only. */
  readonly leadsOn?: boolean
}

/** Routers of several layers: a parent's rule and middlewares come before those of its children. */
export interface Layer {
  /** What children refer to. */
  readonly id: string
  readonly name: string
  readonly namespace: string
  readonly parents: readonly Reference[]
}

/** An entry point of the static configuration. */
export interface EntryPoint {
  readonly name: string
  readonly node: YamlNode
  /** The middlewares for everything that comes in. */
  readonly references: readonly Reference[]
  /** Where it listens, in the process; undefined if that is not written. */
  readonly port: number | undefined
  readonly tls: boolean
}

/** An image of Traefik that the manifests run; a part that is left open is infinite. */
export interface TraefikVersion {
  readonly node: YamlNode
  readonly version: readonly [major: number, minor: number, patch: number]
}

/** A Kubernetes object about routing, as it is written. */
export interface Declared {
  /** Such as `IngressRoute auth/metadata`. */
  readonly name: string
  /** That of its `spec`. */
  readonly node: YamlNode
}

/** Everything about routing that the manifests say. */
export interface Landscape {
  /** All of them, in the order in which they are written. */
  readonly middlewares: readonly Middleware[]
  /** The one that a reference gets; of equal names the last. */
  readonly find: Finder<Middleware>
  readonly routers: readonly Router[]
  /** Parents that are mentioned and not there. */
  readonly missingParents: readonly Reference[]
  readonly entryPoints: readonly EntryPoint[]
  readonly traefikVersions: readonly TraefikVersion[]
  /** What asks forwardgate beside Traefik. */
  readonly fronts: readonly Front[]
  /** Whether Traefik is set to follow references into other namespaces. */
  readonly crossNamespace: boolean
  readonly objects: TraefikObjects
  /** Every Kubernetes object about routing, as often as it is written. */
  readonly declared: readonly Declared[]
}

/** One middleware of a router, in the order of execution; undefined if the reference leads nowhere. */
export interface Attached {
  readonly reference: Reference
  readonly middleware: Middleware | undefined
}

const MAX_CHAIN_DEPTH = 8
/** References that are followed: chains of chains could be more than anything can hold. */
const MAX_FOLLOWED = 500

/** The middlewares of a router in order, chains written out. */
export function attachedTo(references: readonly Reference[], landscape: Pick<Landscape, 'find'>): readonly Attached[] {
  const steps: Attached[] = []
  let followed = 0
  const follow = (some: readonly Reference[], depth: number): void => {
    for (const reference of some) {
      if (followed++ >= MAX_FOLLOWED) return
      const middleware = reference.inline ?? landscape.find(reference)
      if (middleware?.kind !== 'chain' || depth > MAX_CHAIN_DEPTH) steps.push({ reference, middleware })
      else follow(chained(middleware), depth + 1)
    }
  }
  follow(references, 0)
  return steps
}

/** What a chain refers to. */
export function chained(chain: Middleware): readonly Reference[] {
  const list = items(child(chain.options, 'middlewares'))
  if (chain.id.endsWith(KUBERNETES)) return list.map((node) => kubernetesReference(node, chain.namespace))
  const provider = chain.id.slice(chain.id.lastIndexOf('@'))
  return list.map((node) => {
    const name = textOf(node) ?? ''
    return { id: name.includes('@') ? name : `${name}${provider}`, node }
  })
}
