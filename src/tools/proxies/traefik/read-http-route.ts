import { asksExternally } from '../gateway-api/read-external-auth.ts'
import { child, items, textOf, textsOf, type YamlNode } from '../yaml-node.ts'
import { backendOf, type KubernetesObject } from './kubernetes-object.ts'
import type { Router } from './landscape.ts'
import { idOf, type Middleware, type Reference } from './reference.ts'
import { parseRule } from './rule-expression.ts'

/** The routers of an HTTPRoute, as Traefik turns it into rules; its PathPrefix goes by whole segments. */
export function readHttpRoute({ node: object, namespace }: KubernetesObject): readonly Router[] {
  const hosts = textsOf(child(object, 'spec', 'hostnames'))
  const host = hosts.length === 0 ? undefined : hosts.map(hostRule).join(' || ')
  const gateways = items(child(object, 'spec', 'parentRefs')).map((parent) => gatewayOf(parent, namespace))
  // Traefik does not know the filter ExternalAuth; a rule with it is another proxy's.
  const rules = items(child(object, 'spec', 'rules')).filter((node) => !asksExternally(node))
  return rules.flatMap((node) => {
    const backends = items(child(node, 'backendRefs'))
    const common = {
      node,
      references: items(child(node, 'filters')).flatMap((filter) => filterReference(filter, namespace)),
      services: backends.flatMap((service) => textOf(child(service, 'name')) ?? []),
      backends: backends.map((service) => backendOf(service, namespace)),
      entryPoints: [],
      tls: undefined,
      realm: { kind: 'HTTPRoute', gateways },
    } as const
    const matches = items(child(node, 'matches'))
    return (matches.length === 0 ? [node] : matches).map((match): Router => {
      const path = matchRule(
        child(match, 'path'),
        child(match, 'headers') !== undefined || child(match, 'method') !== undefined,
      )
      const text = host === undefined ? path : `(${host}) && ${path}`
      return {
        ...common,
        ruleNode: child(match, 'path', 'value') ?? match,
        rule: parseRule(text),
        priority: text.length,
      }
    })
  })
}

/** A host name as a rule; the first label may be a wildcard. */
export function hostRule(host: string): string {
  if (!host.startsWith('*.')) return `Host(\`${host}\`)`
  return `HostRegexp(\`^[^.]+${host.slice(1).replaceAll('.', '\\.')}$\`)`
}

/** What is not a Gateway, such as a Service of a mesh, is never Traefik's. */
function gatewayOf(parent: YamlNode, namespace: string): string {
  const kind = textOf(child(parent, 'kind')) ?? 'Gateway'
  const name = `${textOf(child(parent, 'namespace')) ?? namespace}/${textOf(child(parent, 'name')) ?? ''}`
  return kind === 'Service' ? '' : name
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
    if (name === undefined) return []
    return [{ id: idOf(textOf(name) ?? '', namespace), node: name, ...(namespace === '' ? { unplaced: true } : {}) }]
  }
  const inline: Middleware = { id: type, name: type, kind: FILTER_KINDS[type] ?? type, namespace, options: filter }
  return [{ id: type, node: filter, inline }]
}
