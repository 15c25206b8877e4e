import { stringify } from 'yaml'

type Values = ReadonlyMap<string, { readonly text: string; readonly value: unknown }>

const HEAD = `# Values of forwardgate, made from deploy/base by "npm run chart". The release has one name: one per namespace.

`

/** `values.yaml`: each value under what it means. */
export function valuesOf(values: Values): string {
  const groups = new Set([...values.keys()].map((name) => name.split('.')[0] ?? ''))
  return HEAD + [...groups].map((group) => groupOf(group, values)).join('')
}

function groupOf(group: string, values: Values): string {
  const own = values.get(group)
  if (own !== undefined) return `# ${own.text}\n${stringify({ [group]: own.value }, { lineWidth: 0 })}`
  const members = [...values].flatMap(([name, { text, value }]) => {
    if (!name.startsWith(`${group}.`)) return []
    const member = stringify({ [name.slice(group.length + 1)]: value }, { lineWidth: 0 })
    return `# ${text}\n${member}`
  })
  return `${group}:\n${members.join('').replace(/^(?=.)/gm, '  ')}`
}

/** `values.schema.json`: names that do not exist are refused, and values of another type. */
export function schemaOf(values: Values): string {
  const properties: Record<string, unknown> = { global: { type: 'object' } }
  for (const [name, { text, value }] of values) {
    const [group = '', member] = name.split('.')
    const own = { description: text, ...typeOf(name, value) }
    if (member === undefined) properties[group] = own
    else {
      const object = Object(properties[group] ?? { type: 'object', additionalProperties: false, properties: {} })
      Object.assign(object.properties, { [member]: own })
      properties[group] = object
    }
  }
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', additionalProperties: false }
  return `${JSON.stringify({ ...schema, properties }, undefined, 2)}\n`
}

function typeOf(name: string, value: unknown): object {
  if (value === null) return { type: ['object', 'null'] }
  if (name === 'podDisruptionBudget.maxUnavailable') return { type: ['integer', 'string'] }
  if (name === 'imagePullPolicy') return { enum: ['Always', 'IfNotPresent', 'Never'] }
  if (Array.isArray(value)) return { type: 'array' }
  if (typeof value === 'number') return { type: 'integer', minimum: 0 }
  return { type: typeof value }
}
