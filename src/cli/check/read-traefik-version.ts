import type { TraefikVersion } from './landscape.ts'
import type { ManifestDocument } from './manifest-documents.ts'
import { documentNode, textOf, type YamlNode } from './yaml-node.ts'

const IMAGE = /(?:^|\/)traefik:v?(?<major>\d+)\.(?<minor>\d+)(?:\.(?<patch>\d+))?/
/** Containers of a Pod template stand seven levels deep. */
const DEEPEST = 12

/** The versions of Traefik's image that a document names, whatever kind of object runs it. */
export function readTraefikVersions(document: ManifestDocument): readonly TraefikVersion[] {
  return imagesIn(documentNode(document, '', { loose: false }), 0)
}

function imagesIn(node: YamlNode, depth: number): readonly TraefikVersion[] {
  if (depth > DEEPEST || typeof node.value !== 'object' || node.value === null) return []
  return [...node.members].flatMap(([key, below]) => {
    const found = key === 'image' ? IMAGE.exec(textOf(below) ?? '')?.groups : undefined
    if (found === undefined) return imagesIn(below, depth + 1)
    const part = (name: string) => Number(found[name] ?? Number.POSITIVE_INFINITY)
    return [{ node: below, version: [part('major'), part('minor'), part('patch')] as const }]
  })
}
