import { child, textOf, type YamlNode } from '../yaml-node.ts'

/** One middleware, whichever way it was written. */
export interface Middleware {
  /** As Traefik calls it: `mcp-auth@kubernetescrd`, `auth@file`. */
  readonly id: string
  readonly name: string
  /** `forwardAuth`, `headers`, `stripPrefix` … */
  readonly kind: string
  /** Of a Kubernetes object; else empty. */
  readonly namespace: string
  readonly options: YamlNode
}

/** A router's mention of a middleware, or of its parent. */
export interface Reference {
  readonly id: string
  readonly node: YamlNode
  /** A Gateway API filter is its own middleware. */
  readonly inline?: Middleware
  /** The namespaces that differ, if Traefik needs permission for that. */
  readonly crossing?: { readonly from: string; readonly to: string }
  /** The object that refers has no namespace written: it may be any. */
  readonly unplaced?: boolean
  /** A Kubernetes object refers by `name@kubernetescrd`, which could be of another namespace. */
  readonly byProviderName?: boolean
}

/** What Traefik appends to the name of a Kubernetes object. */
export const KUBERNETES = '@kubernetescrd'

/** As Traefik calls a Kubernetes object. */
export function idOf(name: string, namespace: string): string {
  return `${namespace === '' ? '' : `${namespace}-`}${name}${KUBERNETES}`
}

/** A `name` with an optional `namespace`, as Kubernetes objects refer to each other. */
export function kubernetesReference(node: YamlNode, from: string): Reference {
  const name = textOf(child(node, 'name')) ?? ''
  const place = child(node, 'name') ?? node
  if (name.includes('@'))
    return { id: name, node: place, ...(name.endsWith(KUBERNETES) ? { byProviderName: true } : {}) }
  const written = textOf(child(node, 'namespace'))
  const to = written ?? from
  return {
    id: idOf(name, to),
    node: place,
    ...(to === '' ? { unplaced: true } : {}),
    ...(to === from || from === '' ? {} : { crossing: { from, to } }),
  }
}

/** The priority of a router: as written, or the length of its rule. */
export function priorityOf(written: YamlNode | undefined, rule: string): number {
  const number = Number(textOf(written) ?? 0)
  return Number.isFinite(number) && number !== 0 ? number : rule.length
}
