import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatProblem } from '../../../../src/config/problem.ts'
import { parseText } from '../fixtures.ts'

const problemsOfRoute = (route: string): readonly string[] => {
  const parsed = parseText(`issuers:
  one: { spiffe: example.org, jwksUri: https://one.example.com/keys }
  two: { issuer: https://two.example.com, spiffe: example.net }
  plain: https://id.example.com
routes:
  api: { resource: https://api.example.com/mcp, ${route} }
`)
  return parsed.ok ? [] : parsed.problems.map(formatProblem)
}

test('a route has one issuer at most for tokens without iss, in accept too', () => {
  for (const route of ['issuers: [one, two]', 'accept: [{ issuer: one }, { issuer: plain }, { issuer: two }]']) {
    assert.deepEqual(problemsOfRoute(route), [
      'routes.api: accepts one and two, which both have spiffe; keep one of them (config.yaml:6:3)',
    ])
  }
  assert.deepEqual(problemsOfRoute('accept: [{ issuer: one }, { issuer: plain }, { issuer: one, audience: [a] }]'), [])
})

test('JWT-SVIDs are never accepted for any audience', () => {
  assert.deepEqual(problemsOfRoute('issuers: [one], audience: unchecked, clientIds: [a]'), [
    'routes.api: accepts JWT-SVIDs for any audience; list the audience, as their validators must check it (config.yaml:6:3)',
  ])
})
