import type { Position } from '../../config/problem.ts'
import { type YamlAllowance, yamlAllowance } from '../../config/reading/yaml-bounds.ts'
import { readYaml, type YamlDocument } from '../../config/reading/yaml-document.ts'
import type { Finding } from '../frame/findings.ts'

/** One document of a stream; positions are those in the whole text. */
export type ManifestDocument = Pick<YamlDocument, 'file' | 'value' | 'locate'>

/** What a document must mention to be about routing at all. */
const RELEVANT = /traefik|forwardAuth|HTTPRoute|\bIngress\b|routers:|entryPoints:|ext_authz|HttpConnectionManager/i

/** What every document has that is read here, unless an escape hides it; the others are not even parsed. */
const READ =
  /traefik|forwardauth|httproute|ingress|routers|middlewares|entrypoints|gatewayclass|parentrefs|rawresources|kubernetescrd|ext_authz|httpconnectionmanager|gateway\.envoyproxy\.io|istio\.io|\\/iu

/** What a manifest in JSON has; a directory has others too, such as dashboards and lock files. */
const JSON_MANIFEST = /"(?:apiVersion|http|services|entryPoints)"\s*:/

/** Documents about routing that are read: more than a cluster has. */
const MAX_DOCUMENTS = 5_000

/** Words and signs of YAML in them: of about 3,000 routers. */
const MAX_TOKENS = 300_000

/** What all manifests of one call may hold together. */
export interface ManifestAllowance {
  readonly yaml: YamlAllowance
  documents: number
}

/** The whole of it, for one call. */
export function manifestAllowance(): ManifestAllowance {
  return { yaml: yamlAllowance(MAX_TOKENS), documents: MAX_DOCUMENTS }
}

/**
 * The documents of a YAML stream. A marker in the first column always ends a document (YAML 1.2 §9.1.2), so each is
 * read on its own by the configuration's reader; what cannot be read is reported if it could matter. Ends with a finding
 * when `allowance` is spent.
 */
export function readDocuments(
  file: string,
  text: string,
  allowance: ManifestAllowance,
): { documents: ManifestDocument[]; findings: Finding[] } {
  const documents: ManifestDocument[] = []
  const findings: Finding[] = []
  if (isSpent(allowance) || (file.endsWith('.json') && !JSON_MANIFEST.test(text))) return { documents, findings }
  for (const { text: part, line } of split(withoutTemplates(text))) {
    if (!READ.test(part)) continue
    if (allowance.documents-- <= 0) {
      findings.push(tooMany(file, line))
      break
    }
    const read = readYaml(file, part, allowance.yaml)
    const shift = (position: Position): Position => ({ ...position, line: position.line + line })
    for (const { path, message, position } of RELEVANT.test(part) || isSpent(allowance) ? read.problems : []) {
      const found = position === undefined ? undefined : shift(position)
      findings.push({ severity: 'error', id: 'manifest-unreadable', what: message, path, position: found })
    }
    if (isSpent(allowance)) break
    if (read.value === undefined || read.value === null) continue
    documents.push({ file, value: read.value, locate: (path, at) => shift(read.locate(path, at)) })
  }
  return { documents, findings }
}

function isSpent({ documents, yaml }: ManifestAllowance): boolean {
  return documents < 0 || yaml.tokens < 0 || yaml.aliases < 0
}

function tooMany(file: string, line: number): Finding {
  return {
    severity: 'error',
    id: 'manifest-unreadable',
    what: `more than ${MAX_DOCUMENTS} documents about routing: the rest is not read; check them in parts`,
    path: '',
    position: { file, line: line + 1, column: 1 },
  }
}

function split(text: string): readonly { readonly text: string; readonly line: number }[] {
  const parts: { text: string[]; line: number }[] = [{ text: [], line: 0 }]
  for (const [line, content] of text.split('\n').entries()) {
    if (/^---(?:\s|$)/.test(content)) parts.push({ text: [], line })
    if (/^\.\.\.\s*$/.test(content)) parts.push({ text: [], line: line + 1 })
    else parts.at(-1)?.text.push(content)
  }
  return parts.map((part) => ({ text: part.text.join('\n'), line: part.line }))
}

/** Traefik's file provider and Helm render Go templates first; what they would say is unknown, the rest keeps its place. */
function withoutTemplates(text: string): string {
  return text
    .replace(/^[ \t]*\{\{[^{}\n]*\}\}[ \t]*$/gm, '')
    .replace(/\{\{[^{}\n]*\}\}/g, (template) => '_'.repeat(template.length))
}
