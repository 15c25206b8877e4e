import { visit, Document as YamlDocument } from 'yaml'

/** What a manifest is made of. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value }

/** One document, and a comment above it. */
export interface Document {
  readonly comment: string
  readonly content: { readonly [key: string]: Value }
}

/** A Kubernetes object with a comment above it. */
export function kubernetesObject(
  comment: string,
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string,
  spec: Value,
): Document {
  return { comment, content: { apiVersion, kind, metadata: { name, namespace }, spec } }
}

/** Each value on one line. */
const STYLE = { lineWidth: 0, flowCollectionPadding: false } as const

/** What every reader takes for the same text without quotes, inside a list in brackets too. */
const PLAIN = /^[A-Za-z/][\w./:@&|()`! -]*$/

/** The documents as one YAML stream. */
export function toYaml(documents: readonly Document[]): string {
  return documents
    .map(({ comment, content }) => `${comment.replace(/^/gm, '# ')}\n${quoted(content).toString(STYLE)}`)
    .join('---\n')
}

/** A value on one line, as it may be written after a key and in a list in brackets. */
export function yamlScalar(value: string | number | boolean): string {
  const list = quoted([value]).toString({ ...STYLE, collectionStyle: 'flow' })
  return list.trim().slice(1, -1)
}

/** A document in which only harmless text is left without quotes; `compat` knows the words of YAML 1.1, such as `on`. */
function quoted(content: Value): YamlDocument {
  const document = new YamlDocument(content, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && !PLAIN.test(node.value)) node.type = 'QUOTE_DOUBLE'
    },
  })
  return document
}
