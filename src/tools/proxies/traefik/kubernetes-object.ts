import { child, textOf, type YamlNode } from '../yaml-node.ts'

/** A Kubernetes object. */
export interface KubernetesObject {
  readonly node: YamlNode
  /** As messages call it. */
  readonly shown: string
  readonly name: string
  /** Empty if none is written. */
  readonly namespace: string
}

/** The class of an object: its own member, or the older annotation; empty if none is written. */
export function classOf(object: YamlNode): string {
  return (
    textOf(child(object, 'spec', 'ingressClassName')) ??
    textOf(child(object, 'metadata', 'annotations', 'kubernetes.io/ingress.class')) ??
    ''
  )
}

/** A service of an object as an address. */
export function backendOf(service: YamlNode, namespace: string): string {
  const name = textOf(child(service, 'name')) ?? ''
  const place = textOf(child(service, 'namespace')) ?? namespace
  const port = textOf(child(service, 'port', 'number')) ?? textOf(child(service, 'port')) ?? ''
  return `${name}${place === '' ? '' : `.${place}.svc`}${/^\d+$/.test(port) ? `:${port}` : ''}`
}
