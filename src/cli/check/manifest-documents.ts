import type { Position } from '../../config/problem.ts'
import { readYaml, type YamlDocument } from '../../config/yaml-document.ts'
import type { Finding } from '../findings.ts'

/** One document of a stream; positions are those in the whole text. */
export type ManifestDocument = Pick<YamlDocument, 'file' | 'value' | 'locate'>

/** What a document must mention to be about routing at all. */
const RELEVANT = /traefik|forwardAuth|HTTPRoute|\bIngress\b|routers:|entryPoints:/i

/**
 * The documents of a YAML stream. A marker in the first column always ends a document (YAML 1.2 §9.1.2), so each is
 * read on its own by the configuration's reader; what cannot be read is told when it could matter.
 */
export function readDocuments(file: string, text: string): { documents: ManifestDocument[]; findings: Finding[] } {
  const documents: ManifestDocument[] = []
  const findings: Finding[] = []
  for (const { text: part, line } of split(withoutTemplates(text))) {
    const read = readYaml(file, part)
    const shift = (position: Position): Position => ({ ...position, line: position.line + line })
    for (const { path, message, position } of RELEVANT.test(part) ? read.problems : []) {
      const found = position === undefined ? undefined : shift(position)
      findings.push({ severity: 'error', id: 'manifest-unreadable', what: message, path, position: found })
    }
    if (read.value === undefined || read.value === null) continue
    documents.push({ file, value: read.value, locate: (path, at) => shift(read.locate(path, at)) })
  }
  return { documents, findings }
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
