import type { Finding } from '../../frame/findings.ts'
import { type ManifestDocument, manifestAllowance, readDocuments } from '../manifest-documents.ts'
import { isMap } from '../yaml-node.ts'
import type { Landscape } from './landscape.ts'
import { readTraefikFile } from './read-dynamic.ts'
import { readKubernetes } from './read-kubernetes.ts'
import { readLabels } from './read-labels.ts'
import { readTraefikVersions } from './read-traefik-version.ts'

/** What texts say of Traefik, whether they are Kubernetes objects, files of the file provider or compose files with labels. */
export function landscapeOf(texts: readonly { readonly file: string; readonly text: string }[]): {
  readonly landscape: Landscape
  readonly findings: readonly Finding[]
} {
  const allowance = manifestAllowance()
  const read = texts.map(({ file, text }) => readDocuments(file, text, allowance))
  const parts = read.flatMap(({ documents }) => documents).map(partOf)
  const middlewares = parts.flatMap((part) => part.middlewares)
  const landscape: Landscape = {
    middlewares,
    byId: new Map(middlewares.map((middleware) => [middleware.id, middleware])),
    routers: parts.flatMap((part) => part.routers),
    entryPoints: parts.flatMap((part) => part.entryPoints),
    traefikVersions: read.flatMap(({ documents }) => documents.flatMap(readTraefikVersions)),
  }
  return { landscape, findings: read.flatMap(({ findings }) => findings) }
}

function partOf(document: ManifestDocument) {
  const { value } = document
  if (isMap(value) && typeof value['apiVersion'] === 'string') return readKubernetes(document)
  if (isMap(value) && isMap(value['services']) && !isMap(value['http']))
    return { ...readLabels(document), entryPoints: [] }
  return readTraefikFile(document)
}
