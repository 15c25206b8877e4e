import { stringify } from 'yaml'
import * as z from 'zod'
import type { JsonSchema } from './json-schema.ts'
import { configSchema } from './schema.ts'

/** One environment variable, for the table at the end of the page. */
export interface Variable {
  readonly name: string
  readonly default: string
  readonly meaning: string
}

/** Where the tables come from: a heading, what to say below it, and the path of a map in the schema. */
const SECTIONS = [
  ['The file', 'At the top level:', []],
  [
    'An issuer',
    'Under `issuers.<name>`, at most one of the five places for keys; without one, discovery (RFC 8414, then OpenID Connect). Or static tokens, with `tokensFile` in the place of issuer and keys. A relative file name is resolved against the file that it stands in.',
    ['issuers', '*'],
  ],
  [
    'registration',
    'Under `issuers.<name>.registration`: either `clientId` and `redirectUris`, or `endpoint`. Needs discovery, and a route that advertises the issuer.',
    ['issuers', '*', 'registration'],
  ],
  [
    'introspection',
    'Under `issuers.<name>.introspection`: how the issuer is asked about tokens that are no JWTs.',
    ['issuers', '*', 'introspection'],
  ],
  [
    'A route',
    'Under `routes.<name>`. Names of routes and issuers are 1 to 63 lower-case letters, digits and hyphens; `none` and `unmatched` are reserved.',
    ['routes', '*'],
  ],
  [
    'defaults',
    'The same keys as on a route, except `resource`, `match`, `accept`, `anonymous`, `mcp` and `mode`. A route overrides them; only `scopes`, `claims`, `clientIds` and `rules` are required besides those of the route, in every entry of `accept` too.',
    undefined,
  ],
  ['accept', 'Entries of `routes.<name>.accept`, tried in order.', ['routes', '*', 'accept', '*']],
  [
    'rules',
    'Entries of `routes.<name>.rules`. Every rule that matches a request adds its requirements; none can weaken the route. Each must ask for something.',
    ['routes', '*', 'rules', '*'],
  ],
  [
    'claims',
    'A claim is named by its exact top-level name, or by a JSON Pointer (RFC 6901) when it begins with `/`. A value or a list of values means `anyOf`; otherwise a map of these, all of which must hold:',
    ['routes', '*', 'claims', '*'],
  ],
  [
    'mcp',
    'Under `routes.<name>.mcp`: what single MCP calls need besides the rest of the route ([how to](../how-to/mcp-tools.md)). `tools: { delete_pod: [mcp:admin], "read_*": [mcp:read] }`.',
    ['routes', '*', 'mcp'],
  ],
  [
    'match',
    'Under `routes.<name>.match`. What is written here also locks the route: a request for another host or path is refused.',
    ['routes', '*', 'match'],
  ],
  [
    'metadata',
    'Under `routes.<name>.metadata`, the members of the RFC 9728 document that are not derived, in its spelling.',
    ['routes', '*', 'metadata'],
  ],
  ['revocations', 'In force from the first request after the reload.', ['revocations']],
] as const

/** Marks where the table of variables begins, for those who add to the page. */
const VARIABLES_MARK = '<!-- variables -->'

/** The reference page, in Markdown: every key of the file, then every variable of the environment. */
export function configurationReference(variables: readonly Variable[] = []): string {
  const schema = { ...z.toJSONSchema(configSchema, { io: 'input' }) }
  const sections = SECTIONS.map(([heading, text, path]) => {
    const table = path === undefined ? '' : `\n${keyTable(at(schema, path))}`
    return `## ${heading}\n\n${text}\n${table}`
  })
  const rows = variables.map((variable) => [`\`${variable.name}\``, codeOrNothing(variable.default), variable.meaning])
  return [
    '# Configuration reference\n',
    '<!-- Generated from the schema in src/config. Do not edit. -->\n',
    'Everything about routes is one YAML file (or a directory of `*.yaml`, `*.yml` and `*.json`, read as one whole; files that these name, such as `jwksFile`, are no part of it); settings of the process are environment variables.',
    'The file is read again when its content changes; a file with problems changes nothing.\n',
    'Types: a *duration* is an integer and `ms`, `s`, `m`, `h` or `d`; a *claim* is a name or a JSON Pointer; a *scope* is a scope token of RFC 6749.',
    'Unknown and repeated keys, tags and several documents are refused.\n',
    ...sections,
    `## Environment\n\n${VARIABLES_MARK}\n\n${table(['Variable', 'Default', 'Meaning'], rows)}`,
  ].join('\n')
}

function keyTable(schema: JsonSchema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, property]) => {
    const node = asSchema(property)
    return [`\`${key}\``, typeOf(node), defaultOf(node), node.description ?? '']
  })
  return table(['Key', 'Type', 'Default', 'Meaning'], rows)
}

/** The map at a path; `*` stands for any name or index. Of alternatives, the one that has keys. */
function at(schema: JsonSchema, path: readonly string[]): JsonSchema {
  const here = (schema.anyOf ?? [schema]).map(asSchema)
  const [part, ...rest] = path
  const map = here.find((node) => node.type === 'object') ?? here.find((node) => node.type === 'array') ?? {}
  if (part === undefined) return map
  const below = part === '*' ? (map.items ?? map.additionalProperties) : map.properties?.[part]
  return at(asSchema(Array.isArray(below) ? below[0] : below), rest)
}

/** The default as it would be written in the file, or the words for one that follows from other keys. */
function defaultOf({ default: value, otherwise = '' }: JsonSchema): string {
  return value === undefined ? String(otherwise) : `\`${inline(value)}\``
}

/** A value as YAML on one line. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return stringify(value).trim()
  const members = Object.entries(value).map(([key, member]) => `${key}: ${inline(member)}`)
  return `{ ${members.join(', ')} }`
}

function typeOf(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title
  if (schema.anyOf !== undefined) return schema.anyOf.map((option) => typeOf(asSchema(option))).join(' or ')
  if (schema.enum !== undefined) return `one of ${schema.enum.map((value) => `\`${String(value)}\``).join(', ')}`
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  switch (schema.type) {
    case 'array':
      return `list of ${typeOf(asSchema(Array.isArray(schema.items) ? schema.items[0] : schema.items))}`
    case 'object': {
      const keys = Object.keys(schema.properties ?? {})
      if (keys.length === 0) return 'map by name'
      return keys.length > 2 ? 'map, below' : `map of ${keys.map((key) => `\`${key}\``).join(', ')}`
    }
    case 'boolean':
      return '`true` or `false`'
    case 'string':
      return 'text'
    default:
      return String(schema.type ?? 'any value')
  }
}

function asSchema(schema: JsonSchema | boolean | undefined): JsonSchema {
  return typeof schema === 'object' ? schema : {}
}

function codeOrNothing(text: string): string {
  if (text === '') return ''
  return /^\S+$/.test(text) ? `\`${text.replaceAll('`', '')}\`` : text
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`
}
