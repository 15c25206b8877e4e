import assert from 'node:assert/strict'
import { test } from 'node:test'
import { combineAuthentication } from '../../../../src/config/compile/compile-requirement.ts'
import type { Authentication } from '../../../../src/config/model-requirement.ts'
import { parseText } from '../fixtures.ts'

const required = (acr?: readonly string[], maxAgeSeconds?: number): Authentication => ({ acr, maxAgeSeconds })

test('what satisfies several requirements: the values that all lists have, and the shortest age', () => {
  const rows: readonly (readonly [
    all: readonly (Authentication | undefined)[],
    together: Authentication | undefined,
  ])[] = [
    [[], undefined],
    [[undefined, undefined], undefined],
    [[undefined, required(['a'])], required(['a'])],
    [[required(['a', 'b', 'c'], 60), required(['c', 'x', 'b'])], required(['b', 'c'], 60)],
    [[required(undefined, 60), required(undefined, 30), required(undefined, 90)], required(undefined, 30)],
    [[required(['a']), required(['b']), required(undefined, 5)], required([], 5)],
  ]
  for (const [all, together] of rows) assert.deepEqual(combineAuthentication(all), together)
})

test('defaults and route add up, each way in has its own, and rules and calls add theirs', () => {
  const parsed = parseText(`issuers: { main: https://id.example.com }
defaults: { acr: [gold, silver, gold], maxAuthAge: 1h }
routes:
  flat: { resource: https://api.example.com/flat, acr: [silver, bronze] }
  ways:
    resource: https://api.example.com/ways
    accept: [{ maxAuthAge: 15m }, { maxAuthAge: 2h }]
    rules: [{ maxAuthAge: 1m }]
    mcp: { tools: { pay: { acr: [gold] }, status: allow }, default: { maxAuthAge: 10m } }
`)
  assert.ok(parsed.ok)
  const [flat, ways] = parsed.config.routes
  assert.deepEqual(
    [...(flat?.accept ?? []), ...(ways?.accept ?? []), ...(ways?.rules ?? []), ...(ways?.mcp?.tools ?? [])].map(
      ({ authentication }) => authentication,
    ),
    [
      required(['silver'], 3600),
      required(['gold', 'silver'], 900),
      required(['gold', 'silver'], 3600),
      required(undefined, 60),
      required(['gold']),
      undefined,
    ],
  )
  assert.deepEqual(ways?.mcp?.otherwise?.authentication, required(undefined, 600))
})
