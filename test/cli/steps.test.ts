import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { DENIALS } from '../../src/decision/denial.ts'
import { readHeaderFields } from '../../src/decision/request/header-fields.ts'
import { readForwardAuth } from '../../src/http/dialects/forward-auth.ts'
import { failedStep, STEP_OF, STEPS, type Step } from '../../src/tools/explain/steps.ts'
import { NOW, readConfiguration } from '../conformance/configuration.ts'
import { openForge } from '../conformance/token-forge.ts'
import { createInProcess, toWireRequest } from '../conformance/transport.ts'
import { ALL_VECTORS } from '../conformance/vectors.ts'

test('every reason is the failure of exactly one step', () => {
  assert.deepEqual(Object.keys(STEP_OF).sort(), Object.keys(DENIALS).sort())
  for (const step of Object.values(STEP_OF)) assert.ok(STEPS.includes(step), step)
})

test('every step is failed by some reason, but those that cannot refuse by themselves', () => {
  const failing = new Set<Step>(Object.values(STEP_OF))
  const others = STEPS.filter((step) => !failing.has(step))
  // A preflight only lets pass; the failures of rules are told apart from those of the route.
  assert.deepEqual(others, ['preflight', 'rules'])
})

/** Where the source first writes each reason down, in the order in which `decide` runs. */
const IN_ORDER = [
  'request/credentials.ts',
  'token/unverified-token.ts',
  'token/access-token.ts',
  'token/token-claims.ts',
]

test('the steps stand in the order in which the decision takes them', () => {
  const folder = new URL('../../src/decision/', import.meta.url)
  assert.ok(IN_ORDER.every((file) => existsSync(new URL(file, folder))))
  const seen = IN_ORDER.map((file) => {
    const reasons = [...readFileSync(new URL(file, folder), 'utf8').matchAll(/reason: '(\w+)'/g)].map(([, one]) => one)
    return reasons.map((reason) => STEPS.indexOf(STEP_OF[reason as keyof typeof STEP_OF]))
  })
  for (const [index, steps] of seen.entries()) {
    const before = Math.max(-1, ...seen.slice(0, index).flat())
    assert.ok(Math.min(...steps) >= before, `${IN_ORDER[index]} comes after ${IN_ORDER[index - 1]}`)
  }
})

test('what a rule lacks is told apart from what the route lacks', async () => {
  const config = readConfiguration((issuer) => `https://keys.example.com/${issuer}`)
  const forge = await openForge()
  const ask = createInProcess(config, forge)
  const failed = new Map<string, Set<Step | undefined>>()
  for (const vector of ALL_VECTORS) {
    const { decision } = await ask(vector)
    if (decision.reason !== 'scope_insufficient' && decision.reason !== 'claim_not_allowed') continue
    const { method, target, headers } = toWireRequest(vector, forge)
    const rawHeaders = headers.flat()
    const content = { readBody: async () => ({ ok: true as const, bytes: Buffer.alloc(0) }) }
    const fields = readHeaderFields(rawHeaders)
    const call = { ...readForwardAuth(method, target, fields), fields, content }
    const step = failedStep({
      call,
      config,
      decision,
      now: NOW,
      readings: new Map(),
      introspections: new Map(),
      whatIf: false,
    })
    failed.set(decision.reason, (failed.get(decision.reason) ?? new Set()).add(step))
    if (decision.rules.length === 0) assert.notEqual(step, 'rules', vector.id)
  }
  assert.deepEqual(failed.get('scope_insufficient'), new Set(['scopes', 'rules', 'mcp']))
  assert.deepEqual(failed.get('claim_not_allowed'), new Set(['claims', 'rules', 'mcp']))
})
