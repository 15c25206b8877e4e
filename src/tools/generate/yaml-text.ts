/** What a manifest is made of. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value }

/** One document, and a comment above it. */
export interface Document {
  readonly comment: string
  readonly content: { readonly [key: string]: Value }
}

/** The documents as one YAML stream. */
export function toYaml(documents: readonly Document[]): string {
  return documents
    .map(({ comment, content }) => `${comment.replace(/^/gm, '# ')}\n${map(content, '').join('\n')}\n`)
    .join('---\n')
}

function map(value: { readonly [key: string]: Value }, indent: string): readonly string[] {
  return Object.entries(value).flatMap(([key, item]) => member(`${indent}${yamlScalar(key)}:`, item, `${indent}  `))
}

function list(value: readonly Value[], indent: string): readonly string[] {
  return value.flatMap((item) => {
    if (!isNested(item)) return [`${indent}- ${yamlScalar(item)}`]
    const [first = '', ...others] = isList(item) ? list(item, `${indent}  `) : map(item, `${indent}  `)
    return [`${indent}- ${first.trimStart()}`, ...others]
  })
}

function member(key: string, item: Value, indent: string): readonly string[] {
  if (!isNested(item)) return [`${key} ${yamlScalar(item)}`]
  if (isList(item)) return item.length === 0 ? [`${key} []`] : [key, ...list(item, indent)]
  return Object.keys(item).length === 0 ? [`${key} {}`] : [key, ...map(item, indent)]
}

function isNested(item: Value): item is Exclude<Value, string | number | boolean> {
  return typeof item === 'object'
}

function isList(item: Value): item is readonly Value[] {
  return Array.isArray(item)
}

/** Plain where every reader takes it for the same text; else in double quotes, which are those of JSON. */
export function yamlScalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value)
  const isPlain = /^[A-Za-z/][\w./:@&|()`! -]*$/.test(value) && !/: | #|[ :]$/.test(value)
  return isPlain && !/^(?:true|false|yes|no|on|off|null|y|n|\.inf|\.nan)$/i.test(value) ? value : JSON.stringify(value)
}
