import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { configurationJsonSchema } from '../../../../src/config/format/json-schema.ts'
import { configSchema } from '../../../../src/config/format/schema.ts'
import { withFragment } from '../fixtures.ts'
import { FILE_ROWS } from '../rows-file.ts'
import { ISSUER_ROWS } from '../rows-issuer.ts'
import { ROUTE_ROWS } from '../rows-route.ts'
import { compileSchema } from '../schema-validator.ts'

const valid = compileSchema()
const rows = [...FILE_ROWS, ...ISSUER_ROWS, ...ROUTE_ROWS]

for (const { slot, good } of rows) {
  test(`the schema accepts ${slot} ${JSON.stringify(good)}`, () => assert.ok(valid(parse(withFragment(slot, good)))))
}

test('the schema refuses what the loader refuses by form', () => {
  let refused = 0
  for (const { slot, bad } of rows) {
    let value: unknown
    try {
      value = parse(withFragment(slot, bad))
    } catch {
      continue
    }
    if (configSchema.safeParse(value).success) continue
    refused++
    assert.ok(!valid(value), bad)
  }
  assert.ok(refused >= 80, `only ${refused} of the mistakes are refused by form`)
})

test('the schema asks for what a file must have', () => {
  const routes = { api: { resource: 'https://api.example.com' } }
  assert.ok(!valid({ routes }))
  assert.ok(!valid({ issuers: { a: 'https://a.example.com' } }))
  assert.ok(!valid({ issuers: { a: { jwksUri: 'https://a.example.com' } }, routes }))
  assert.ok(!valid({ issuers: { a: 'https://a.example.com' }, routes: { api: {} } }))
  assert.ok(valid({ issuers: { a: 'https://a.example.com' }, routes }))
})

test('every example is valid', () => {
  const folder = new URL('../../../../examples/config/', import.meta.url)
  for (const name of readdirSync(folder)) assert.ok(valid(parse(readFileSync(new URL(name, folder), 'utf8'))), name)
})

test('every key has a description', () => {
  for (const [path, key, property] of keysOf(configurationJsonSchema())) {
    assert.match(String(property['description']), /\.$/, `${path}.${key}`)
  }
})

test('every key is read by a compiler', () => {
  const folder = new URL('../../../../src/config/compile/', import.meta.url)
  const compilers = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'))
  const keys = keysOf(configurationJsonSchema()).filter(([path]) => !path.endsWith('/metadata'))
  assert.ok(keys.length > 50)
  const unread = keys.filter(([, key]) => !compilers.some((text) => new RegExp(`\\b${key}\\b`).test(text)))
  assert.deepEqual(
    unread.map(([path, key]) => `${path}.${key}`),
    [],
  )
})

type Key = readonly [path: string, key: string, property: Readonly<Record<string, unknown>>]

function keysOf(node: unknown, path = ''): readonly Key[] {
  if (typeof node !== 'object' || node === null) return []
  const own = 'properties' in node && typeof node.properties === 'object' ? Object.entries(node.properties ?? {}) : []
  const below = Object.entries(node).flatMap(([key, inner]) => keysOf(inner, `${path}/${key}`))
  return [...own.map(([key, property]): Key => [path, key, property]), ...below]
}
