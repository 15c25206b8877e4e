import type { ManifestDocument } from '../manifest-documents.ts'
import { child, documentNode, items, textOf, type YamlNode } from '../yaml-node.ts'
import type { Part } from './part.ts'
import { readStatic } from './read-dynamic.ts'
import { type Label, labelTree, placed } from './read-labels.ts'
import { traefikContainers } from './read-traefik-version.ts'

/** The static configuration in the arguments of every container that runs Traefik. */
export function readArguments(document: ManifestDocument): readonly Part[] {
  return traefikContainers(documentNode(document, '', { loose: false })).flatMap((container) => {
    const root = labelTree(['args', 'command'].flatMap((key) => argumentsOf(child(container, key))))
    return root === undefined ? [] : [readStatic(root)]
  })
}

/** `--name=value`, in a list or in one text; without a value it is true. */
function argumentsOf(node: YamlNode | undefined): readonly Label[] {
  const texts = items(node).length > 0 ? items(node) : node === undefined ? [] : [node]
  return texts.flatMap((item) =>
    (textOf(item) ?? '').split(/\s+/).flatMap((argument): Label[] => {
      const { name, value = 'true' } = /^--(?<name>[\w.-]+)(?:=(?<value>.*))?$/.exec(argument)?.groups ?? {}
      if (name === undefined) return []
      return [{ name: name.split('.'), node: { ...placed(item), value } }]
    }),
  )
}
