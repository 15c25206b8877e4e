import type { ManifestDocument } from '../manifest-documents.ts'
import { child, documentNode, entries, items, textOf, type YamlNode } from '../yaml-node.ts'
import type { EntryPoint, Middleware, Reference, Router } from './landscape.ts'
import { type Part, priorityOf } from './read-kubernetes.ts'
import { parseRule } from './rule-expression.ts'

/** A file of Traefik's file provider, or its static configuration, or Helm values with `ports`. */
export function readTraefikFile(document: ManifestDocument): Part {
  const root = documentNode(document, '', { loose: true })
  return {
    ...readHttp(child(root, 'http'), 'file'),
    entryPoints: [...entryPointsOf(child(root, 'entryPoints')), ...entryPointsOf(child(root, 'ports'))],
  }
}

/** Routers and middlewares as the file provider and the labels of containers write them. */
export function readHttp(http: YamlNode | undefined, provider: string): Omit<Part, 'entryPoints'> {
  return {
    middlewares: entries(child(http, 'middlewares')).flatMap(([name, node]) =>
      entries(node).map(
        ([kind, options]): Middleware => ({ id: `${name}@${provider}`, kind: kindOf(kind), namespace: '', options }),
      ),
    ),
    routers: entries(child(http, 'routers')).flatMap(([, node]) => routerOf(node, provider)),
  }
}

function routerOf(node: YamlNode, provider: string): readonly Router[] {
  const ruleNode = child(node, 'rule')
  if (ruleNode === undefined) return []
  const text = textOf(ruleNode) ?? ''
  return [
    {
      node,
      ruleNode,
      rule: parseRule(text),
      priority: priorityOf(child(node, 'priority'), text),
      references: referencesOf(child(node, 'middlewares'), provider),
      services: [textOf(child(node, 'service')) ?? ''],
    },
  ]
}

function entryPointsOf(node: YamlNode | undefined): readonly EntryPoint[] {
  return entries(node).flatMap(([name, entryPoint]) => {
    const list = child(entryPoint, 'http', 'middlewares') ?? child(entryPoint, 'middlewares')
    return list === undefined ? [] : [{ name, references: referencesOf(list, 'file') }]
  })
}

function referencesOf(list: YamlNode | undefined, provider: string): readonly Reference[] {
  return items(list).map((node) => {
    const name = textOf(node) ?? ''
    return { id: name.includes('@') ? name : `${name}@${provider}`, node }
  })
}

const KINDS = [
  'forwardAuth',
  'headers',
  'stripPrefix',
  'stripPrefixRegex',
  'replacePath',
  'replacePathRegex',
  'addPrefix',
]
const MORE_KINDS = [
  'errors',
  'retry',
  'chain',
  'redirectScheme',
  'redirectRegex',
  'basicAuth',
  'digestAuth',
  'ipAllowList',
]

/** In the spelling of the documentation. */
function kindOf(written: string): string {
  const folded = written.toLowerCase()
  return [...KINDS, ...MORE_KINDS].find((kind) => kind.toLowerCase() === folded) ?? written
}
