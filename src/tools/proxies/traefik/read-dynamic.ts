import type { ManifestDocument } from '../manifest-documents.ts'
import { child, documentNode, entries, items, textOf, textsOf, type YamlNode } from '../yaml-node.ts'
import type { EntryPoint, Router } from './landscape.ts'
import type { Part } from './part.ts'
import { type Middleware, priorityOf, type Reference } from './reference.ts'
import { parseRule } from './rule-expression.ts'

/** A file of Traefik's file provider, or its static configuration, or the values of its Helm chart. */
export function readTraefikFile(document: ManifestDocument): Part {
  const root = documentNode(document, '', { loose: true })
  return { ...readHttp(child(root, 'http'), 'file'), ...readStatic(root) }
}

/** Static configuration: as a file, as arguments, or as the values of the Helm chart. */
export function readStatic(root: YamlNode | undefined): Part {
  return {
    entryPoints: [
      ...entryPointsOf(child(root, 'entryPoints')),
      ...entryPointsOf(child(root, 'ports'), SECURE_BY_CHART),
    ],
    crossNamespace: textOf(child(root, 'providers', 'kubernetesCRD', 'allowCrossNamespace')) === 'true',
  }
}

/** Routers and middlewares as the file provider and the labels of containers write them. */
export function readHttp(http: YamlNode | undefined, provider: string): Part {
  const services = child(http, 'services')
  return {
    middlewares: entries(child(http, 'middlewares')).flatMap(([name, node]) =>
      entries(node).map(
        ([kind, options]): Middleware => ({
          id: `${name}@${provider}`,
          name,
          kind: kindOf(kind),
          namespace: '',
          options,
        }),
      ),
    ),
    routers: entries(child(http, 'routers')).flatMap(([name, node]) => routerOf(name, node, services, provider)),
  }
}

function routerOf(name: string, node: YamlNode, services: YamlNode | undefined, provider: string): readonly Router[] {
  const ruleNode = child(node, 'rule')
  if (ruleNode === undefined) return []
  const text = textOf(ruleNode) ?? ''
  const service = textOf(child(node, 'service'))
  const target = service === undefined ? undefined : child(services, service.replace(/@.*$/, ''))
  const tls = child(node, 'tls')
  return [
    {
      node,
      ruleNode,
      rule: parseRule(text),
      priority: priorityOf(child(node, 'priority'), text),
      references: [
        ...referencesOf(child(node, 'middlewares'), provider),
        ...referencesOf(child(target, 'middlewares'), provider),
      ],
      services: [service ?? ''],
      backends: target === undefined ? [service ?? ''] : serversOf(target),
      entryPoints: textsOf(child(node, 'entryPoints')),
      tls: tls !== undefined && textOf(tls) !== 'false',
      layer: {
        id: `${name}@${provider}`,
        name,
        namespace: '',
        parents: referencesOf(child(node, 'parentRefs'), provider),
      },
    },
  ]
}

function serversOf(service: YamlNode): readonly string[] {
  return items(child(service, 'loadBalancer', 'servers')).map(
    (server) => URL.parse(textOf(child(server, 'url')) ?? '')?.host ?? '',
  )
}

/** In the values of Traefik's own chart this entry point has TLS unless they say otherwise. */
const SECURE_BY_CHART = 'websecure'

/** The members of `entryPoints`, and of `ports` in the values of the Helm chart. */
function entryPointsOf(node: YamlNode | undefined, secure?: string): readonly EntryPoint[] {
  return entries(node)
    .filter(([, { members }]) => members.size > 0)
    .map(([name, entryPoint]) => {
      const list = child(entryPoint, 'http', 'middlewares') ?? child(entryPoint, 'middlewares')
      const address = textOf(child(entryPoint, 'address')) ?? textOf(child(entryPoint, 'port'))
      const port = /(?:^|:)(?<port>\d+)(?:\/(?:tcp|udp))?$/.exec(address ?? '')?.groups?.['port']
      const tls = child(entryPoint, 'http', 'tls') ?? child(entryPoint, 'tls')
      return {
        name,
        node: entryPoint,
        references: referencesOf(list, 'file'),
        port: port === undefined ? undefined : Number(port),
        tls: (tls !== undefined || name === secure) && ![textOf(tls), textOf(child(tls, 'enabled'))].includes('false'),
      }
    })
}

function referencesOf(list: YamlNode | undefined, provider: string): readonly Reference[] {
  return items(list).map((node) => {
    const name = textOf(node) ?? ''
    return { id: name.includes('@') ? name : `${name}@${provider}`, node }
  })
}

/** Those that rules look at, if their names have capitals. */
const KINDS = [
  'forwardAuth',
  'stripPrefix',
  'stripPrefixRegex',
  'replacePath',
  'replacePathRegex',
  'addPrefix',
  'redirectScheme',
  'redirectRegex',
  'basicAuth',
  'digestAuth',
]

/** As the documentation spells those that rules look at; others in lower case. */
function kindOf(written: string): string {
  const folded = written.toLowerCase()
  return KINDS.find((kind) => kind.toLowerCase() === folded) ?? folded
}
