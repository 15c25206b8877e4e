import type { ManifestDocument } from '../manifest-documents.ts'
import { child, documentNode, entries, items, textOf, type YamlNode } from '../yaml-node.ts'
import { readHttp } from './read-dynamic.ts'
import type { Part } from './read-kubernetes.ts'

/** The `traefik.http.` labels of every service of a compose file; all of them are one configuration to Traefik. */
export function readLabels(document: ManifestDocument): Omit<Part, 'entryPoints'> {
  const services = entries(child(documentNode(document, '', { loose: false }), 'services'))
  const labels = services.flatMap(([, service]) => [
    ...labelsOf(child(service, 'labels')),
    ...labelsOf(child(service, 'deploy', 'labels')),
  ])
  const http = labels.flatMap(([name, node]): Label[] => {
    const [provider, kind, ...rest] = name.split('.')
    return provider?.toLowerCase() === 'traefik' && kind?.toLowerCase() === 'http' && rest.length <= MAX_DEPTH
      ? [{ name: rest, node }]
      : []
  })
  return readHttp(http[0] === undefined ? undefined : tree(http, http[0].node), 'docker')
}

/** Traefik's own names have about ten parts. */
const MAX_DEPTH = 20

interface Label {
  readonly name: readonly string[]
  readonly node: YamlNode
}

/** As a map, or as a list of `name=value`. */
function labelsOf(node: YamlNode | undefined): readonly (readonly [string, YamlNode])[] {
  const listed = items(node).map((item) => {
    const text = textOf(item) ?? ''
    const at = text.indexOf('=')
    return [text.slice(0, at), { ...placed(item), value: text.slice(at + 1) }] as const
  })
  return [...entries(node), ...listed]
}

/** Labels as the tree that their dotted names describe; each inner node has the place of its first label. */
function tree(labels: readonly Label[], place: YamlNode): YamlNode {
  const leaf = labels.find(({ name }) => name.length === 0)
  const below = Map.groupBy(
    labels.filter(({ name }) => name.length > 0),
    ({ name }) => name[0] ?? '',
  )
  const members = new Map(
    [...below].map(([key, group]) => {
      const inner = group.map(({ name, node }) => ({ name: name.slice(1), node }))
      return [key, tree(inner, group[0]?.node ?? place)]
    }),
  )
  return { ...placed(leaf?.node ?? place), value: leaf?.node.value, members, loose: true }
}

function placed(node: YamlNode): YamlNode {
  return {
    value: node.value,
    path: node.path,
    position: node.position,
    keyPosition: node.keyPosition,
    members: new Map(),
    loose: true,
  }
}
