import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import type { Decision } from '../../src/decision/decide.ts'
import type { Step } from '../../src/decision/trace.ts'
import { recordSteps } from './step-recorder.ts'

const recorder = recordSteps()
const { isLater, STEPS } = await import('../../src/decision/trace.ts')
const { readConfiguration } = await import('./configuration.ts')
const { openForge } = await import('./token-forge.ts')
const { createInProcess } = await import('./transport.ts')
const { ALL_VECTORS } = await import('./vectors.ts')

const ask = createInProcess(
  readConfiguration((issuer) => `https://keys.example.com/${issuer}`),
  await openForge(),
)

test('the trace of every vector names the steps that were taken, in their order', async () => {
  const taken = new Set<Step>()
  for (const vector of ALL_VECTORS) {
    const { decision, lived } = await recorder.during(async () => (await ask(vector)).decision)
    for (const step of lived) taken.add(step)
    if (decision.reason === 'internal_error') {
      assert.equal(decision.ended, 'end', vector.id)
      continue
    }
    assert.equal(lived.includes('proof'), toldBy(decision).includes('proof'), vector.id)
    const reported = withoutProof(toldBy(decision))
    // What comes after a failed proof was found out with the rest, and is not asked for.
    const asked = decision.ended === 'proof' ? lived.filter((step) => !isLater(step, 'proof')) : lived
    const attempts = attemptsIn(withoutProof(asked)).map((attempt) => withoutReading(attempt, decision))
    const message = `${vector.id}\ntold:  ${reported.join(', ')}\nlived: ${lived.join(', ')}`
    assert.ok(
      attempts.some((attempt) => isDeepStrictEqual(attempt, reported)),
      message,
    )
  }
  assert.deepEqual(
    STEPS.filter((step) => !taken.has(step)),
    ['end'],
    'every step is taken for some vector',
  )
})

test('a denial ends at the step that it names; an allow at the last one that it needed', async () => {
  const ends = new Map<string, Set<Step>>()
  for (const vector of ALL_VECTORS) {
    const { decision } = await ask(vector)
    if (decision.outcome !== 'allow') assert.equal(decision.ended, decision.denial.step, vector.id)
    ends.set(decision.reason, (ends.get(decision.reason) ?? new Set()).add(decision.ended))
  }
  assert.deepEqual(ends.get('token'), new Set(['identity']))
  assert.deepEqual(ends.get('preflight'), new Set(['preflight']))
  assert.deepEqual(ends.get('anonymous'), new Set(['credentials', 'mcp']))
  assert.deepEqual(ends.get('scope_insufficient'), new Set(['scopes', 'rules', 'mcp']))
  assert.deepEqual(ends.get('claim_not_allowed'), new Set(['claims', 'rules', 'mcp']))
})

/** What the ways in say of a token is found out together, before the proof and after it; unit/decision/sender.test.ts holds its place. */
function withoutProof(steps: readonly Step[]): readonly Step[] {
  return steps.filter((step) => step !== 'proof')
}

/** The steps up to the end of the decision. */
function toldBy({ itinerary, ended }: Decision): readonly Step[] {
  return itinerary.steps.slice(0, itinerary.steps.indexOf(ended) + 1)
}

/**
 * Several issuers of one `iss`, and several ways in, are tried one after the other: a step that comes again begins another
 * attempt, and the trace is that of one of them.
 */
function attemptsIn(lived: readonly Step[]): readonly (readonly Step[])[] {
  const attempts: (readonly Step[])[] = []
  let current: readonly Step[] = []
  for (const step of lived) {
    const before = current.indexOf(step)
    if (before !== -1) attempts.push(current)
    current = [...(before === -1 ? current : current.slice(0, before)), step]
  }
  return [...attempts, current]
}

/** For a token that only lacks a scope the body is read all the same, for the challenge. */
function withoutReading(attempt: readonly Step[], { reason, ended }: Decision): readonly Step[] {
  const forChallenge = reason === 'scope_insufficient' && ended !== 'mcp' && attempt.at(-1) === 'mcp'
  return forChallenge ? attempt.slice(0, -1) : attempt
}
