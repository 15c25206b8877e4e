import { child, items, textOf, textsOf, type YamlNode } from '../yaml-node.ts'
import { backendOf, classOf, type KubernetesObject } from './kubernetes-object.ts'
import type { Router } from './landscape.ts'
import { idOf, kubernetesReference, priorityOf, type Reference } from './reference.ts'
import { parseRule } from './rule-expression.ts'

/** The routers of an IngressRoute. */
export function readIngressRoute({ node: object, name, namespace }: KubernetesObject): readonly Router[] {
  const spec = child(object, 'spec')
  const common = {
    entryPoints: textsOf(child(spec, 'entryPoints')),
    tls: child(spec, 'tls') !== undefined,
    realm: { kind: 'IngressRoute', className: classOf(object) },
    layer: {
      id: idOf(name, namespace),
      name,
      namespace,
      parents: items(child(spec, 'parentRefs')).map((parent) => kubernetesReference(parent, namespace)),
    },
  } as const
  return items(child(spec, 'routes')).map((node): Router => {
    const ruleNode = child(node, 'match') ?? node
    const text = textOf(ruleNode) ?? ''
    const services = items(child(node, 'services'))
    return {
      ...common,
      node,
      ruleNode,
      rule: parseRule(text),
      priority: priorityOf(child(node, 'priority'), text),
      references: [
        ...items(child(node, 'middlewares')).map((reference) => kubernetesReference(reference, namespace)),
        ...beforeEach(services, namespace),
      ],
      services: services.flatMap((service) => textOf(child(service, 'name')) ?? []),
      backends: services.map((service) => backendOf(service, namespace)),
    }
  })
}

/** The middlewares that every service has: only these are before all of them. */
function beforeEach(services: readonly YamlNode[], namespace: string): readonly Reference[] {
  const [first = [], ...others] = services.map((service) =>
    items(child(service, 'middlewares')).map((reference) => kubernetesReference(reference, namespace)),
  )
  return first.filter(({ id }) => others.every((list) => list.some((other) => other.id === id)))
}
