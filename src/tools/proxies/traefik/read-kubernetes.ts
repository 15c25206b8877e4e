import type { ManifestDocument } from '../manifest-documents.ts'
import { child, documentNode, entries, isMap, items, textOf, textsOf, type YamlNode } from '../yaml-node.ts'
import type { Landscape, Middleware, Reference, Router } from './landscape.ts'
import { parseRule } from './rule-expression.ts'

/** What one provider contributes. */
export type Part = Pick<Landscape, 'routers' | 'entryPoints'> & { readonly middlewares: readonly Middleware[] }

const PROVIDER = '@kubernetescrd'

/** Kubernetes objects of one document: a single one, or a `List` of them. */
export function readKubernetes(document: ManifestDocument): Part {
  const { value } = document
  const whole = isMap(value) && value['kind'] === 'List' && Array.isArray(value['items'])
  const objects = whole
    ? items(child(documentNode(document, '', { loose: false }), 'items')).map((_, index) => ['items', index])
    : [[]]
  const parts = objects.map((at) => readObject(document, at))
  return {
    middlewares: parts.flatMap((part) => part.middlewares),
    routers: parts.flatMap((part) => part.routers),
    entryPoints: [],
  }
}

function readObject(document: ManifestDocument, at: readonly (string | number)[]): Part {
  const bare = documentNode(document, '', { loose: false, at })
  const kind = textOf(child(bare, 'kind')) ?? ''
  const name = textOf(child(bare, 'metadata', 'name')) ?? ''
  const namespace = textOf(child(bare, 'metadata', 'namespace')) ?? ''
  const object = documentNode(document, `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`, {
    loose: false,
    at,
  })
  const group = (textOf(child(bare, 'apiVersion')) ?? '').split('/')[0]
  const none: Part = { middlewares: [], routers: [], entryPoints: [] }
  switch (`${group} ${kind}`) {
    case 'traefik.io Middleware':
    case 'traefik.containo.us Middleware':
      return { ...none, middlewares: middlewaresOf(object, name, namespace) }
    case 'traefik.io IngressRoute':
    case 'traefik.containo.us IngressRoute':
      return { ...none, routers: ingressRoute(object, namespace) }
    case 'gateway.networking.k8s.io HTTPRoute':
      return { ...none, routers: httpRoute(object, namespace) }
    case 'networking.k8s.io Ingress':
      return { ...none, routers: ingress(object) }
    default:
      return none
  }
}

function middlewaresOf(object: YamlNode, name: string, namespace: string): readonly Middleware[] {
  return entries(child(object, 'spec')).map(([kind, options]) => ({
    id: idOf(name, namespace),
    kind,
    namespace,
    options,
  }))
}

function ingressRoute(object: YamlNode, namespace: string): readonly Router[] {
  return items(child(object, 'spec', 'routes')).map((node) => {
    const ruleNode = child(node, 'match') ?? node
    const text = textOf(ruleNode) ?? ''
    return {
      node,
      ruleNode,
      rule: parseRule(text),
      priority: priorityOf(child(node, 'priority'), text),
      references: items(child(node, 'middlewares')).map((reference) => crdReference(reference, namespace)),
      services: items(child(node, 'services')).flatMap((service) => textOf(child(service, 'name')) ?? []),
    }
  })
}

function crdReference(node: YamlNode, from: string): Reference {
  const name = textOf(child(node, 'name')) ?? ''
  const to = textOf(child(node, 'namespace')) ?? from
  const id = name.includes('@') ? name : idOf(name, to)
  return { id, node: child(node, 'name') ?? node, ...(to === from ? {} : { crossing: { from, to } }) }
}

/** Gateway API as Traefik turns it into rules; its PathPrefix goes by whole segments. */
function httpRoute(object: YamlNode, namespace: string): readonly Router[] {
  const hosts = textsOf(child(object, 'spec', 'hostnames'))
  const host = hosts.length === 0 ? undefined : hosts.map(hostRule).join(' || ')
  return items(child(object, 'spec', 'rules')).flatMap((node) => {
    const references = items(child(node, 'filters')).flatMap((filter) => filterReference(filter, namespace))
    const services = items(child(node, 'backendRefs')).flatMap((service) => textOf(child(service, 'name')) ?? [])
    const matches = items(child(node, 'matches'))
    return (matches.length === 0 ? [node] : matches).map((match): Router => {
      const path = matchRule(
        child(match, 'path'),
        child(match, 'headers') !== undefined || child(match, 'method') !== undefined,
      )
      const text = host === undefined ? path : `(${host}) && ${path}`
      return {
        node,
        ruleNode: child(match, 'path', 'value') ?? match,
        rule: parseRule(text),
        priority: text.length,
        references,
        services,
      }
    })
  })
}

function hostRule(host: string): string {
  if (!host.startsWith('*.')) return `Host(\`${host}\`)`
  return `HostRegexp(\`^[^.]+${host.slice(1).replaceAll('.', '\\.')}$\`)`
}

function matchRule(path: YamlNode | undefined, narrowed: boolean): string {
  const value = textOf(child(path, 'value')) ?? '/'
  const more = narrowed ? ' && Method(`*`)' : ''
  switch (textOf(child(path, 'type'))) {
    case 'Exact':
      return `Path(\`${value}\`)${more}`
    case 'RegularExpression':
      return `PathRegexp(\`${value}\`)${more}`
    default:
      return value === '/'
        ? `PathPrefix(\`/\`)${more}`
        : `(Path(\`${value}\`) || PathPrefix(\`${value.replace(/\/$/, '')}/\`))${more}`
  }
}

const FILTER_KINDS: Readonly<Record<string, string>> = {
  URLRewrite: 'replacePath',
  RequestRedirect: 'redirectScheme',
  RequestHeaderModifier: 'headers',
  ResponseHeaderModifier: 'headers',
}

function filterReference(filter: YamlNode, namespace: string): readonly Reference[] {
  const type = textOf(child(filter, 'type')) ?? ''
  if (type === 'ExtensionRef') {
    const name = child(filter, 'extensionRef', 'name')
    return name === undefined ? [] : [{ id: idOf(textOf(name) ?? '', namespace), node: name }]
  }
  const inline: Middleware = { id: type, kind: FILTER_KINDS[type] ?? type, namespace, options: filter }
  return [{ id: type, node: filter, inline }]
}

/** Traefik reads a `Prefix` of an Ingress as plain text unless configured otherwise. */
function ingress(object: YamlNode): readonly Router[] {
  const annotation = [...entries(child(object, 'metadata', 'annotations'))].find(
    ([key]) => key === 'traefik.ingress.kubernetes.io/router.middlewares',
  )?.[1]
  const references = (textOf(annotation) ?? '')
    .split(',')
    .flatMap((id) => (id.trim() === '' || annotation === undefined ? [] : [{ id: id.trim(), node: annotation }]))
  return items(child(object, 'spec', 'rules')).flatMap((rule) => {
    const host = textOf(child(rule, 'host'))
    return items(child(rule, 'http', 'paths')).map((node): Router => {
      const value = textOf(child(node, 'path')) ?? '/'
      const path = `${textOf(child(node, 'pathType')) === 'Exact' ? 'Path' : 'PathPrefix'}(\`${value}\`)`
      const text = host === undefined ? path : `${hostRule(host)} && ${path}`
      return {
        node,
        ruleNode: child(node, 'path') ?? node,
        rule: parseRule(text),
        priority: text.length,
        references,
        services: [textOf(child(node, 'backend', 'service', 'name')) ?? ''],
      }
    })
  })
}

/** Written, or the length of the rule. */
export function priorityOf(written: YamlNode | undefined, rule: string): number {
  const number = Number(textOf(written) ?? 0)
  return Number.isFinite(number) && number !== 0 ? number : rule.length
}

function idOf(name: string, namespace: string): string {
  return `${namespace === '' ? '' : `${namespace}-`}${name}${PROVIDER}`
}
