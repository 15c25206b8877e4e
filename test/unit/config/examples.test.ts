import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Config } from '../../../src/config/model.ts'
import { formatProblem } from '../../../src/config/problem.ts'
import { parseText } from './fixtures.ts'

const FOLDER = new URL('../../../examples/config/', import.meta.url)

function example(name: string): Config {
  const parsed = parseText(readFileSync(new URL(name, FOLDER), 'utf8'), name)
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.problems.map(formatProblem).join('\n'))
  assert.deepEqual(parsed.warnings.map(formatProblem), [])
  return parsed.config
}

for (const name of readdirSync(FOLDER)) test(`${name} has neither problems nor warnings`, () => void example(name))

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
