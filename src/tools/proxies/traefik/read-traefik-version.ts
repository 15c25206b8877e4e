import type { ManifestDocument } from '../manifest-documents.ts'
import { child, documentNode, textOf, type YamlNode } from '../yaml-node.ts'
import type { TraefikVersion } from './landscape.ts'

const IMAGE = /(?:^|\/)traefik:v?(?<major>\d+)\.(?<minor>\d+)(?:\.(?<patch>\d+))?/
/** Containers of a Pod template are seven levels deep. */
const MAX_DEPTH = 12

/** The versions of Traefik's image that a document names, whatever kind of object runs it. */
export function readTraefikVersions(document: ManifestDocument): readonly TraefikVersion[] {
  return withImage(documentNode(document, '', { loose: false }), 0).flatMap(({ image }) => {
    const found = IMAGE.exec(imageOf(image))?.groups
    if (found === undefined) return []
    const part = (name: string) => Number(found[name] ?? Number.POSITIVE_INFINITY)
    return [{ node: image, version: [part('major'), part('minor'), part('patch')] as const }]
  })
}

/** The containers that run Traefik, of whatever version. */
export function traefikContainers(root: YamlNode): readonly YamlNode[] {
  return withImage(root, 0).flatMap(({ image, container }) =>
    /(?:^|\/)traefik(?::|@|$)/.test(imageOf(image)) ? [container] : [],
  )
}

/** Whether an image is of an earlier version than this one. */
export function isOlderThan({ version }: TraefikVersion, least: TraefikVersion['version']): boolean {
  const at = least.findIndex((part, index) => version[index] !== part)
  return at !== -1 && (version[at] ?? 0) < (least[at] ?? 0)
}

/** `repository:tag`, which the values of a Helm chart write as two members. */
function imageOf(node: YamlNode): string {
  const member = (name: string) => textOf(child(node, name)) ?? ''
  return textOf(node) ?? `${member('repository')}:${member('tag')}`
}

interface WithImage {
  readonly image: YamlNode
  readonly container: YamlNode
}

function withImage(container: YamlNode, depth: number): readonly WithImage[] {
  if (depth > MAX_DEPTH || typeof container.value !== 'object' || container.value === null) return []
  const image = container.members.get('image')
  return [
    ...(image === undefined ? [] : [{ image, container }]),
    ...[...container.members].flatMap(([key, below]) => (key === 'image' ? [] : withImage(below, depth + 1))),
  ]
}
