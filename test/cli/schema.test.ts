import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { parse } from 'yaml'
import { run } from './run.ts'

const ROOT = new URL('../../', import.meta.url)
const COPY = new URL('docs/reference/forwardgate.schema.json', ROOT)
const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js') as {
  Ajv2020: new (options: object) => { compile(schema: object): (value: unknown) => boolean }
}

test('the command prints the committed schema', async () => {
  const { code, stdout, stderr } = await run(['schema'])
  assert.deepEqual([code, stderr], [0, ''])
  assert.equal(readFileSync(COPY, 'utf8'), stdout, 'run npm run docs')
  assert.equal((await run(['schema', '--format', 'json'])).stdout, stdout)
})

test('the committed schema accepts the examples and refuses a mistyped key', () => {
  const valid = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
    JSON.parse(readFileSync(COPY, 'utf8')),
  )
  const folder = new URL('examples/config/', ROOT)
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  assert.ok(files.length > 0)
  for (const file of files) assert.ok(valid(parse(readFileSync(new URL(file, folder), 'utf8'))), file)
  assert.ok(
    !valid({ issuers: { main: 'https://id.example.com' }, routes: { api: { resorce: 'https://a.example.com' } } }),
  )
})
