import { isJsonObject } from '../../../keys/json-object.ts'
import type { ManifestDocument } from '../manifest-documents.ts'
import type { Part } from './part.ts'
import { readArguments } from './read-arguments.ts'
import { readTraefikFile } from './read-dynamic.ts'
import { readKubernetes } from './read-kubernetes.ts'
import { readLabels } from './read-labels.ts'
import { readTraefikVersions } from './read-traefik-version.ts'

/** What one document says: its kind is known by what is in it. Any kind may run Traefik. */
export function readDocument(document: ManifestDocument): readonly Part[] {
  return [...byKind(document), ...readArguments(document), { traefikVersions: readTraefikVersions(document) }]
}

function byKind(document: ManifestDocument): readonly Part[] {
  const { value } = document
  if (isJsonObject(value) && typeof value['apiVersion'] === 'string') return readKubernetes(document)
  if (isJsonObject(value) && isJsonObject(value['services']) && !isJsonObject(value['http']))
    return [readLabels(document)]
  return [readTraefikFile(document)]
}
