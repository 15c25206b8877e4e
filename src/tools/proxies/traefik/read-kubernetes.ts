import type { ManifestDocument } from '../manifest-documents.ts'
import { child, entries, textOf } from '../yaml-node.ts'
import { type KubernetesObject, kubernetesObjects } from './kubernetes-object.ts'
import type { Part } from './part.ts'
import { readHelmRelease } from './read-helm.ts'
import { readHttpRoute } from './read-http-route.ts'
import { readIngress } from './read-ingress.ts'
import { readIngressRoute } from './read-ingress-route.ts'
import { idOf, type Middleware } from './reference.ts'

/** What Kubernetes objects say of Traefik. */
export function readKubernetes(document: ManifestDocument): readonly Part[] {
  return kubernetesObjects(document).map((object) => READERS.get(object.type)?.(object) ?? {})
}

const middleware = (object: KubernetesObject) => declared(object, { middlewares: middlewaresOf(object) })
const ingressRoute = (object: KubernetesObject) => declared(object, { routers: readIngressRoute(object) })
const ingress = (object: KubernetesObject) => declared(object, { routers: readIngress(object) })

/** What is read of an object, by group and kind. */
const READERS: ReadonlyMap<string, (object: KubernetesObject) => Part> = new Map([
  ['traefik.io Middleware', middleware],
  ['traefik.containo.us Middleware', middleware],
  ['traefik.io IngressRoute', ingressRoute],
  ['traefik.containo.us IngressRoute', ingressRoute],
  ['gateway.networking.k8s.io HTTPRoute', (object) => declared(object, { routers: readHttpRoute(object) })],
  ['networking.k8s.io Ingress', ingress],
  ['extensions Ingress', ingress],
  ['networking.k8s.io IngressClass', (object) => ({ ingressClasses: [isTraefiks(object, 'controller', 'ingress')] })],
  [
    'gateway.networking.k8s.io GatewayClass',
    (object) => ({ gatewayClasses: [isTraefiks(object, 'controllerName', 'gateway')] }),
  ],
  [
    'gateway.networking.k8s.io Gateway',
    ({ node, name, namespace }) => ({
      gateways: [[`${namespace}/${name}`, textOf(child(node, 'spec', 'gatewayClassName')) ?? '']],
    }),
  ],
  ['helm.toolkit.fluxcd.io HelmRelease', readHelmRelease],
])

/** The name of a class, and whether Traefik is its controller. */
function isTraefiks({ node, name }: KubernetesObject, member: string, of: string): readonly [string, boolean] {
  return [name, textOf(child(node, 'spec', member)) === `traefik.io/${of}-controller`]
}

function declared({ node, shown: name }: KubernetesObject, part: Part): Part {
  const spec = child(node, 'spec')
  return spec === undefined ? part : { ...part, declared: [{ name, node: spec }] }
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
