import type { ManifestDocument } from '../manifest-documents.ts'
import { child, documentNode, entries, items, textOf, type YamlNode } from '../yaml-node.ts'
import type { Part } from './part.ts'
import { readHttp } from './read-dynamic.ts'

/** The `traefik.http.` labels of every service of a compose file; all of them are one configuration to Traefik. */
export function readLabels(document: ManifestDocument): Part {
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
  return readHttp(labelTree(http), 'docker')
}

/** Labels, and arguments written like them, as one tree; undefined if there are none. */
export function labelTree(labels: readonly Label[]): YamlNode | undefined {
  const [first] = labels
  return first === undefined ? undefined : tree(labels, first.node)
}

/** Traefik's own names have about ten parts. */
const MAX_DEPTH = 20

/** A label with its dotted name in parts. */
export interface Label {
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

/**
 * Labels as the tree that their dotted names describe; each inner node has the place of its first label. Names that
 * differ in case only are one, spelled like the first of them in the order of ASCII, as to Traefik.
 */
function tree(labels: readonly Label[], place: YamlNode): YamlNode {
  const leaf = labels.find(({ name }) => name.length === 0)
  const below = Map.groupBy(
    labels.filter(({ name }) => name.length > 0),
    ({ name }) => name[0]?.toLowerCase() ?? '',
  )
  const members = new Map(
    [...below].map(([key, group]) => {
      const [spelled = key] = group.map(({ name }) => name[0] ?? '').toSorted()
      const inner = group.map(({ name, node }) => ({ name: name.slice(1), node }))
      return [spelled, tree(inner, group[0]?.node ?? place)]
    }),
  )
  return { ...placed(leaf?.node ?? place), value: leaf?.node.value, members, loose: true }
}

/** The value of a node and its place, without what is below. */
export function placed({ value, path, position, keyPosition }: YamlNode): YamlNode {
  return { value, path, position, keyPosition, members: new Map(), loose: true }
}
