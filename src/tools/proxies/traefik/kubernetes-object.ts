import type { Path } from '../../../config/problem.ts'
import type { ManifestDocument } from '../manifest-documents.ts'
import { child, documentNode, items, textOf, type YamlNode } from '../yaml-node.ts'

/** A Kubernetes object. */
export interface KubernetesObject {
  /** Group and kind. */
  readonly type: string
  readonly node: YamlNode
  /** As messages call it. */
  readonly shown: string
  readonly name: string
  /** Empty if none is written. */
  readonly namespace: string
}

/** Lists in lists that are followed. */
const MAX_LISTS = 4

/** What the items of a typed list may leave out. */
interface Inherited {
  readonly kind?: string
  readonly apiVersion?: string
}

/** Those of one document: a single one, or a list of them, as `kubectl get -o yaml` prints it. */
export function kubernetesObjects(
  document: ManifestDocument,
  at: Path = [],
  inherited: Inherited = {},
  lists = MAX_LISTS,
): readonly KubernetesObject[] {
  const bare = documentNode(document, '', { loose: false, at })
  const kind = textOf(child(bare, 'kind')) ?? inherited.kind ?? ''
  const apiVersion = textOf(child(bare, 'apiVersion')) ?? inherited.apiVersion ?? ''
  const listed = child(bare, 'items')
  if (kind.endsWith('List') && Array.isArray(listed?.value) && lists > 0) {
    const of = kind === 'List' ? {} : { kind: kind.slice(0, -'List'.length), apiVersion }
    return items(listed).flatMap((_, index) => kubernetesObjects(document, [...at, 'items', index], of, lists - 1))
  }
  const name = textOf(child(bare, 'metadata', 'name')) ?? ''
  const namespace = textOf(child(bare, 'metadata', 'namespace')) ?? ''
  const shown = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`
  const node = documentNode(document, shown, { loose: false, at })
  return [{ type: `${apiVersion.split('/')[0]} ${kind}`, node, shown, name, namespace }]
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
