import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { configurationJsonSchema, type JsonSchema } from '../../../../src/config/format/json-schema.ts'
import { parseText } from '../fixtures.ts'

type Path = readonly string[]

/** A configuration that has every map of the file in which some key has a default. */
function wholeFile() {
  return {
    issuers: {
      homelab: {
        issuer: 'https://id.example.com',
        introspection: { clientId: 'gate', clientSecretFile: 'header.txt' },
      },
    },
    defaults: {},
    routes: {
      api: { resource: 'https://api.example.com/mcp', mcp: { tools: { read: ['mcp:read'] } } },
      grafana: { resource: 'https://grafana.example.com', accept: [{ issuer: 'homelab' }] },
    },
  }
}

/** The places of `wholeFile` that the schema gives a default, with that default. */
function defaults(node: JsonSchema | boolean | undefined, value: unknown, path: Path): [Path, unknown][] {
  if (typeof node !== 'object') return []
  if (typeof value !== 'object' || value === null) return []
  return [node, ...(node.anyOf ?? [])].flatMap((option) => {
    if (typeof option !== 'object') return []
    const own = Object.entries(option.properties ?? {}).flatMap(([key, type]): [Path, unknown][] =>
      typeof type === 'object' && type.default !== undefined ? [[[...path, key], type.default]] : [],
    )
    const below = Object.entries(value).flatMap(([key, inner]) => {
      const item = Array.isArray(option.items) ? option.items[0] : option.items
      const type = Array.isArray(value) ? item : (option.properties?.[key] ?? option.additionalProperties)
      return defaults(type, inner, [...path, key])
    })
    return [...own, ...below]
  })
}

function configurationWith(path: Path, value: unknown) {
  const file = wholeFile()
  const last = path.at(-1) ?? ''
  const map = path.slice(0, -1).reduce((inner: object, key) => Reflect.get(inner, key), file)
  Reflect.set(map, last, value)
  const parsed = parseText(stringify(file))
  return parsed.ok ? parsed.config : assert.fail(JSON.stringify(parsed.problems))
}

const found = defaults(configurationJsonSchema(), wholeFile(), [])

test('the schema names the defaults of every kind of map', () => {
  const maps = new Set(found.map(([path]) => path.slice(0, -1).join('.')))
  assert.deepEqual([...maps].sort(), [
    'defaults',
    'issuers.homelab',
    'issuers.homelab.introspection',
    'routes.api',
    'routes.api.mcp',
    'routes.grafana',
    'routes.grafana.accept.0',
  ])
})

for (const [path, value] of found) {
  test(`${path.join('.')}: leaving it out means the same as the default that the schema names`, () => {
    assert.deepEqual(configurationWith(path, value), configurationWith(['routes', 'api', 'mode'], 'enforce'))
  })
}

test('a key of defaults: wins over the default of the format', () => {
  const config = configurationWith(['defaults'], { preflight: 'pass', tokenSource: { header: 'X-Token' } })
  assert.deepEqual(
    config.routes.map(({ preflight, tokenSource }) => [preflight, tokenSource.kind]),
    [
      ['pass', 'header'],
      ['pass', 'header'],
    ],
  )
})
