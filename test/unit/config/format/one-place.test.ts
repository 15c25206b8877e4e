import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folderFor } from '../../../support/folder.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** One edit for each kind of default: the only line that changes, and what must follow. */
const EDITS = [
  ['src/config/format/schema-issuer.ts', ".default('30s')", ".default('45s')"],
  ['src/config/format/schema-issuer.ts', ".default('60s')", ".default('90s')"],
  ['src/config/format/schema-route.ts', ".default('deny')", ".default('pass')"],
  ['src/config/format/schema-mcp.ts', '.default(1_048_576)', '.default(300_000)'],
  ['src/settings.ts', "default: '250ms'", "default: '300ms'"],
  ['src/config/reading/environment.ts', "= 'openid'", "= 'openid mcp:read'"],
] as const

/** Prints what the copy says of these defaults in its page, in its schema, and by what it does. */
const LOOK = `
import { configurationPage } from './build/docs/configuration-page.ts'
import { configurationJsonSchema } from './src/config/format/json-schema.ts'
import { parse } from './src/config/parse.ts'
import { load } from './src/config/source.ts'
import { readSettings } from './src/settings.ts'
const deps = { now: 0, readFile: () => ({ bytes: Buffer.from('secret') }) }
const text = JSON.stringify({
  issuers: { main: { issuer: 'https://id.example.com', introspection: { clientId: 'gate', clientSecretFile: 's' } } },
  routes: { api: { resource: 'https://api.example.com', mcp: {} } },
})
const { config } = parse([{ file: 'config.yaml', text }], deps)
const variables = { OIDC_ISSUER: 'https://id.example.com', RESOURCE_URL: 'https://api.example.com' }
const { parsed } = await load({ kind: 'environment', variables }, 0)
const { properties } = configurationJsonSchema()
const issuer = properties.issuers.additionalProperties.anyOf[1].properties
const route = properties.routes.additionalProperties.properties
console.log(JSON.stringify({
  page: configurationPage().split('\\n'),
  schema: [issuer.clockTolerance, issuer.introspection.properties.cacheFor, route.preflight, route.mcp.properties.maxBodySize]
    .map((key) => key.default),
  behaviour: [
    config.issuers[0].clockTolerance, config.issuers[0].introspection.cacheFor,
    config.routes[0].preflight, config.routes[0].mcp.maxBodySize,
    readSettings({}).settings.shutdownDelay,
    parsed.config.routes[0].requestScopes,
  ],
}))`

const folder = folderFor({ after })

test('a default that is changed in its one place changes the page, the schema and the behaviour', () => {
  for (const part of ['src', 'build/docs', 'package.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const [file, from, to] of EDITS) {
    const parts = readFileSync(join(folder, file), 'utf8').split(from)
    assert.equal(parts.length, 2, `${file} has ${from} once`)
    writeFileSync(join(folder, file), parts.join(to))
  }

  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', LOOK], { cwd: folder })
  const { page, schema, behaviour } = JSON.parse(output.toString())

  assert.deepEqual(schema, ['45s', '90s', 'pass', 300_000])
  assert.deepEqual(behaviour, [45, 90, 'pass', 300_000, 300, ['openid', 'mcp:read']])
  for (const row of [
    '| `clockTolerance` | duration | `45s` |',
    '| `cacheFor` | duration | `90s` |',
    '| `preflight` | one of `deny`, `pass` | `pass` |',
    '| `maxBodySize` | integer | `300000` |',
    '| `FORWARDGATE_SHUTDOWN_DELAY` | `300ms` |',
    '| `OIDC_SCOPE` | openid mcp:read |',
  ]) {
    assert.equal(page.filter((line: string) => line.startsWith(row)).length, 1, row)
  }
})
