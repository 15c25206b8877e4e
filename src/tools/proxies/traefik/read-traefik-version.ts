import type { ManifestDocument } from '../manifest-documents.ts'
import { child, documentNode, textOf, type YamlNode } from '../yaml-node.ts'
import type { TraefikVersion } from './landscape.ts'

const IMAGE = /(?:^|\/)traefik:v?(?<major>\d+)\.(?<minor>\d+)(?:\.(?<patch>\d+))?/
/** Containers of a Pod template are seven levels deep. */
const MAX_DEPTH = 12

/** The versions of Traefik's image that a document names, whatever kind of object runs it. */
export function readTraefikVersions(document: ManifestDocument): readonly TraefikVersion[] {
  return imagesIn(documentNode(document, '', { loose: false }), 0)
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

function imagesIn(node: YamlNode, depth: number): readonly TraefikVersion[] {
  if (depth > MAX_DEPTH || typeof node.value !== 'object' || node.value === null) return []
  return [...node.members].flatMap(([key, below]) => {
    const found = key === 'image' ? IMAGE.exec(imageOf(below))?.groups : undefined
    if (found === undefined) return imagesIn(below, depth + 1)
    const part = (name: string) => Number(found[name] ?? Number.POSITIVE_INFINITY)
    return [{ node: below, version: [part('major'), part('minor'), part('patch')] as const }]
  })
}
