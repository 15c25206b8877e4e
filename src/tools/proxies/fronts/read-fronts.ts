import { isJsonObject } from '../../../keys/json-object.ts'
import type { Finding } from '../../frame/findings.ts'
import { readCaddy } from '../caddy/read-caddy.ts'
import { readEnvoy } from '../envoy/read-envoy.ts'
import { readHttpRoutes } from '../gateway-api/read-external-auth.ts'
import type { ManifestDocument } from '../manifest-documents.ts'
import { readNginx } from '../nginx/read-nginx.ts'
import { type KubernetesObject, kubernetesObjects } from '../traefik/kubernetes-object.ts'
import type { Front } from './front.ts'

/** Files of nginx and Caddy by their names; what is in them decides. */
export const OTHER_FILE: RegExp = /(?:\.conf|(?:^|\/)Caddyfile|\.caddyfile)$/i

/** The texts for the reader of YAML, and those of nginx and Caddy; without files of theirs in which nothing is about routing. */
export function byLanguage(texts: readonly Text[]): {
  readonly yaml: readonly Text[]
  readonly others: readonly Text[]
} {
  const isYaml = ({ text }: Text) => languageOf(text) === 'YAML'
  return {
    yaml: texts.filter((text) => isYaml(text) && !OTHER_FILE.test(text.file)),
    others: texts.filter((text) => !isYaml(text)),
  }
}

/** In which language a text is written, by what is in it. */
function languageOf(text: string): 'nginx' | 'Caddyfile' | 'YAML' {
  if (/^(?:apiVersion|kind):/m.test(text)) return 'YAML'
  const hasBlocks = /^[ \t]*(?:server|http|upstream|map|location)\b[^\n;]*\{/m.test(text)
  if (hasBlocks && /^[ \t]*[a-z_]+ [^\n]*;/m.test(text)) return 'nginx'
  return /^[ \t]*(?:forward_auth|reverse_proxy)\b[^\n;]*$/m.test(text) && /\{[ \t]*$/m.test(text) ? 'Caddyfile' : 'YAML'
}

interface Text {
  readonly file: string
  readonly text: string
}

/** What nginx and Caddy files say. */
export function readFrontTexts(texts: readonly Text[]): {
  readonly fronts: readonly Front[]
  readonly findings: readonly Finding[]
} {
  const fronts: Front[] = []
  const findings: Finding[] = []
  for (const { file, text } of texts) {
    const read = languageOf(text) === 'nginx' ? readNginx(file, text) : readCaddy(file, text)
    if ('ok' in read) {
      const { what, position } = read
      findings.push({ severity: 'error', id: 'manifest-unreadable', what, path: '', position })
    } else fronts.push(...read)
  }
  return { fronts, findings }
}

/** What YAML documents say about Envoy and the Gateway API. */
export function readFrontDocuments(documents: readonly ManifestDocument[]): readonly Front[] {
  const isObject = ({ value }: ManifestDocument) => isJsonObject(value) && typeof value['apiVersion'] === 'string'
  const objects = documents.filter(isObject).flatMap((document) => kubernetesObjects(document))
  const others = objects.filter(({ type }) => /^(?:gateway\.envoyproxy\.io|[a-z]+\.istio\.io) /.test(type))
  return [
    ...readHttpRoutes(objects.filter(({ type }) => type === 'gateway.networking.k8s.io HTTPRoute')),
    ...documents.filter(({ value }) => !isJsonObject(value) || value['apiVersion'] === undefined).flatMap(readEnvoy),
    ...others.map(notJudged),
  ]
}

function notJudged({ node, type }: KubernetesObject): Front {
  const what = `${type.split(' ')[1]}: objects of ${type.includes('istio') ? 'Istio' : 'Envoy Gateway'} are generated, not judged`
  return { questions: [], way: () => undefined, unread: [{ spot: node, what }] }
}
