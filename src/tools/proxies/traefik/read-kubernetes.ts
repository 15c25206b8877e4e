import type { ManifestDocument } from '../manifest-documents.ts'
import { child, documentNode, entries, items, textOf } from '../yaml-node.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import type { Part } from './part.ts'
import { readHelmRelease } from './read-helm.ts'
import { readHttpRoute } from './read-http-route.ts'
import { readIngress } from './read-ingress.ts'
import { readIngressRoute } from './read-ingress-route.ts'
import { idOf, type Middleware } from './reference.ts'

/** Lists in lists that are followed. */
const MAX_LISTS = 4

type Where = readonly (string | number)[]

/** Kubernetes objects of one document: a single one, or a list of them, as `kubectl get -o yaml` prints it. */
export function readKubernetes(document: ManifestDocument): readonly Part[] {
  return readAt(document, [], {}, MAX_LISTS)
}

/** What the items of a typed list may leave out. */
interface Inherited {
  readonly kind?: string
  readonly apiVersion?: string
}

function readAt(document: ManifestDocument, at: Where, inherited: Inherited, lists: number): readonly Part[] {
  const bare = documentNode(document, '', { loose: false, at })
  const kind = textOf(child(bare, 'kind')) ?? inherited.kind ?? ''
  const apiVersion = textOf(child(bare, 'apiVersion')) ?? inherited.apiVersion ?? ''
  const listed = child(bare, 'items')
  if (kind.endsWith('List') && Array.isArray(listed?.value) && lists > 0) {
    const of = kind === 'List' ? {} : { kind: kind.slice(0, -'List'.length), apiVersion }
    return items(listed).flatMap((_, index) => readAt(document, [...at, 'items', index], of, lists - 1))
  }
  const name = textOf(child(bare, 'metadata', 'name')) ?? ''
  const namespace = textOf(child(bare, 'metadata', 'namespace')) ?? ''
  const shown = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`
  const node = documentNode(document, shown, { loose: false, at })
  return [readObject(`${apiVersion.split('/')[0]} ${kind}`, { node, shown, name, namespace })]
}

function readObject(type: string, object: KubernetesObject): Part {
  const { node, name, namespace } = object
  switch (type) {
    case 'traefik.io Middleware':
    case 'traefik.containo.us Middleware':
      return declared(object, { middlewares: middlewaresOf(object) })
    case 'traefik.io IngressRoute':
    case 'traefik.containo.us IngressRoute':
      return declared(object, { routers: readIngressRoute(object) })
    case 'gateway.networking.k8s.io HTTPRoute':
      return declared(object, { routers: readHttpRoute(object) })
    case 'networking.k8s.io Ingress':
    case 'extensions Ingress':
      return declared(object, { routers: readIngress(object) })
    case 'networking.k8s.io IngressClass':
      return { ingressClasses: [[name, textOf(child(node, 'spec', 'controller')) === 'traefik.io/ingress-controller']] }
    case 'gateway.networking.k8s.io GatewayClass':
      return {
        gatewayClasses: [[name, textOf(child(node, 'spec', 'controllerName')) === 'traefik.io/gateway-controller']],
      }
    case 'gateway.networking.k8s.io Gateway':
      return { gateways: [[`${namespace}/${name}`, textOf(child(node, 'spec', 'gatewayClassName')) ?? '']] }
    case 'helm.toolkit.fluxcd.io HelmRelease':
      return readHelmRelease(object)
    default:
      return {}
  }
}

function declared({ node, shown: name }: KubernetesObject, part: Part): Part {
  const spec = child(node, 'spec')
  return spec === undefined ? part : { ...part, declared: [{ name, node: spec, spec: spec.value }] }
}

function middlewaresOf({ node, name, namespace }: KubernetesObject): readonly Middleware[] {
  return entries(child(node, 'spec')).map(([kind, options]) => ({
    id: idOf(name, namespace),
    name,
    kind,
    namespace,
    options,
  }))
}
