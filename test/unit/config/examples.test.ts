import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Config } from '../../../src/config/model.ts'
import { formatProblem } from '../../../src/config/problem.ts'
import { parseText } from './fixtures.ts'

const ROOT = new URL('../../../examples/', import.meta.url)
const FOLDER = new URL('../../../examples/config/', import.meta.url)

function example(name: string): Config {
  const parsed = parseText(readFileSync(new URL(name, FOLDER), 'utf8'), name)
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problems.map(formatProblem).join('\n'))
  assert.deepEqual(parsed.warnings.map(formatProblem), [])
  return parsed.config
}

/** The configurations of whole systems too. */
function everyExample(): readonly { readonly name: string; readonly config: Config }[] {
  const systems = readdirSync(ROOT).map((name) => `${name}/config.yaml`)
  const parts = readdirSync(FOLDER).map((name) => `config/${name}`)
  return [...systems, ...parts].flatMap((name) => {
    const file = new URL(name, ROOT)
    const parsed = existsSync(file) ? parseText(readFileSync(file, 'utf8'), name) : undefined
    return parsed?.ok === true ? [{ name, config: parsed.config }] : []
  })
}

for (const name of readdirSync(FOLDER)) test(`${name} has neither problems nor warnings`, () => void example(name))

test('where Authentik writes the client ID into aud, clientIds keeps out ID tokens, which name no client', () => {
  const ways = everyExample().flatMap(({ name, config }) =>
    config.routes.flatMap(({ accept }) => accept.map((way) => ({ name, way }))),
  )
  const byClient = ways.filter(({ way }) => {
    const isResource = way.audience !== 'unchecked' && way.audience.every((audience) => URL.canParse(audience))
    return way.issuer.issuer?.includes('/application/o/') && !isResource
  })
  assert.ok(byClient.length >= 6, `${byClient.length} ways in`)
  assert.deepEqual(
    byClient.filter(({ way }) => way.clientIds.length === 0).map(({ name }) => name),
    [],
  )
})

test('the example for Entra asks for prefixed scopes and requires short ones', () => {
  const [route] = example('entra-v2.yaml').routes
  assert.deepEqual(route?.requestScopes, ['api://22222222-2222-2222-2222-222222222222/mcp.read', 'offline_access'])
  assert.deepEqual(route?.accept[0]?.scopes, ['mcp.read'])
})

test('the example for people and CI offers one login server', () => {
  const [route] = example('people-and-ci.yaml').routes
  assert.deepEqual(
    route?.accept.filter(({ advertise }) => advertise).map(({ issuer }) => issuer.name),
    ['people'],
  )
  assert.deepEqual(route?.accept[2]?.claims[1]?.claim.path, ['kubernetes.io', 'namespace'])
})

test('the example for people and pods reads the keys of the cluster with its CA and a token', () => {
  const { issuers, routes } = example('people-and-pods.yaml')
  assert.equal(issuers.find(({ name }) => name === 'mesh')?.spiffe, 'example.org')
  assert.deepEqual(issuers.find(({ name }) => name === 'cluster')?.fetch, {
    caFile: '/var/run/secrets/cluster/ca.crt',
    bearerTokenFile: '/var/run/secrets/cluster/token',
  })
  assert.deepEqual(
    routes[0]?.accept.map(({ advertise }) => advertise),
    [true, false, false],
  )
})
