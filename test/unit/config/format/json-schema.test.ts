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
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return
    if ('properties' in node && typeof node.properties === 'object') {
      for (const [key, property] of Object.entries(node.properties ?? {})) {
        assert.match(String(property.description), /\.$/, `${path}.${key}`)
      }
    }
    for (const [key, below] of Object.entries(node)) visit(below, `${path}/${key}`)
  }
  visit(configurationJsonSchema(), '')
})
