import type { Finding } from '../../frame/findings.ts'
import { byLanguage, readFrontDocuments, readFrontTexts } from '../fronts/read-fronts.ts'
import { manifestAllowance, readDocuments } from '../manifest-documents.ts'
import type { Landscape } from './landscape.ts'
import { finderOf } from './named-objects.ts'
import type { Part } from './part.ts'
import { readDocument } from './read-document.ts'
import { joinLayers } from './router-layers.ts'

/** What texts say of Traefik, whether they are Kubernetes objects, files of the file provider or compose files with labels. */
export function landscapeOf(texts: readonly { readonly file: string; readonly text: string }[]): {
  readonly landscape: Landscape
  readonly findings: readonly Finding[]
  /** Those of them that are about documents which could not be parsed. */
  readonly unreadable: readonly Finding[]
} {
  const allowance = manifestAllowance()
  const { yaml, others } = byLanguage(texts)
  const read = yaml.map(({ file, text }) => readDocuments(file, text, allowance))
  const documents = read.flatMap((part) => part.documents)
  const parts = documents.flatMap(readDocument)
  const fronts = readFrontTexts(others)
  const all = <T>(of: (part: Part) => readonly T[] | undefined): readonly T[] => parts.flatMap((part) => of(part) ?? [])
  const middlewares = all((part) => part.middlewares)
  const landscape: Landscape = {
    middlewares,
    find: finderOf(middlewares),
    ...joinLayers(all((part) => part.routers)),
    entryPoints: all((part) => part.entryPoints),
    traefikVersions: all((part) => part.traefikVersions),
    crossNamespace: parts.some(({ crossNamespace }) => crossNamespace === true),
    declared: all((part) => part.declared),
    objects: {
      ingressClasses: new Map(all((part) => part.ingressClasses)),
      gatewayClasses: new Map(all((part) => part.gatewayClasses)),
      gateways: new Map(all((part) => part.gateways)),
    },
    fronts: [...fronts.fronts, ...readFrontDocuments(documents)],
  }
  const unreadable = [...read.flatMap(({ findings }) => findings), ...fronts.findings]
  return { landscape, findings: [...unreadable, ...all((part) => part.findings)], unreadable }
}
