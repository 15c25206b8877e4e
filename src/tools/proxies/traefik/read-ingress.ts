import { child, items, textOf, type YamlNode } from '../yaml-node.ts'
import { backendOf, classOf, type KubernetesObject } from './kubernetes-object.ts'
import type { Router } from './landscape.ts'
import { hostRule } from './read-http-route.ts'
import { priorityOf, type Reference } from './reference.ts'
import { parseRule } from './rule-expression.ts'

/** The routers of an Ingress. Traefik reads its `Prefix` as plain text unless configured otherwise. */
export function readIngress({ node: object, namespace }: KubernetesObject): readonly Router[] {
  const option = (name: string) =>
    child(object, 'metadata', 'annotations', `traefik.ingress.kubernetes.io/router.${name}`)
  const common = {
    references: listed(option('middlewares')).map((id): Reference => ({ id, node: option('middlewares') ?? object })),
    entryPoints: listed(option('entrypoints')),
    tls: child(object, 'spec', 'tls') !== undefined || textOf(option('tls')) === 'true',
    realm: { kind: 'Ingress', className: classOf(object) },
  } as const
  return items(child(object, 'spec', 'rules')).flatMap((rule) => {
    const host = textOf(child(rule, 'host'))
    return items(child(rule, 'http', 'paths')).map((node): Router => {
      const value = textOf(child(node, 'path')) ?? '/'
      const path = `${textOf(child(node, 'pathType')) === 'Exact' ? 'Path' : 'PathPrefix'}(\`${value}\`)`
      const text = host === undefined ? path : `${hostRule(host)} && ${path}`
      const service = child(node, 'backend', 'service')
      return {
        ...common,
        node,
        ruleNode: child(node, 'path') ?? node,
        rule: parseRule(text),
        priority: priorityOf(option('priority'), text),
        services: [textOf(child(service, 'name')) ?? ''],
        backends: service === undefined ? [] : [backendOf(service, namespace)],
      }
    })
  })
}

function listed(annotation: YamlNode | undefined): readonly string[] {
  const texts = annotation === undefined ? [] : (textOf(annotation) ?? '').split(',')
  return texts.map((text) => text.trim()).filter((text) => text !== '')
}
