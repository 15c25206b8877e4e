import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DENIALS } from '../../src/decision/denial.ts'
import { differences } from './twin.ts'
import { METADATA } from './vectors/metadata.ts'
import { ALL_VECTORS } from './vectors.ts'

/** Reasons that one request alone cannot have; they have tests of their own. */
const TWO_REQUESTS = ['proof_replayed']

const byId = new Map(ALL_VECTORS.map((vector) => [vector.id, vector]))

test('every row has an id of its own, and says what it rests on', () => {
  assert.equal(byId.size, ALL_VECTORS.length, duplicates(ALL_VECTORS.map(({ id }) => id)).join(', '))
  assert.equal(new Set(METADATA.map(({ id }) => id)).size, METADATA.length)
  for (const { id, spec, title } of ALL_VECTORS) assert.ok(spec.length > 1 && title.length > 0, id)
})

test('a twin passes, and differs in one point', () => {
  const wrong = ALL_VECTORS.filter(({ twin }) => twin !== undefined).flatMap((vector) => {
    const twin = byId.get(vector.twin ?? '')
    if (twin?.expect.status !== 200) return [`${vector.id}: ${vector.twin} is not a row that passes`]
    const points = differences(vector, twin)
    return points.length === 1 ? [] : [`${vector.id}: ${points.join(' and ')}`]
  })
  assert.deepEqual(wrong, [])
})

test('an attack with a token has a twin, unless two things make it: another algorithm and another key', () => {
  const wrong = ALL_VECTORS.filter(
    ({ attack, token, twin, expect }) =>
      attack !== undefined &&
      twin === undefined &&
      expect.status !== 200 &&
      token !== undefined &&
      token.text === undefined &&
      token.signedBy === undefined,
  )
  assert.deepEqual(wrong, [])
})

test('every reason has a row that is refused for it beside a twin that passes', () => {
  const denied = new Set(
    ALL_VECTORS.filter(({ twin, expect }) => twin !== undefined && expect.status !== 200).map(
      ({ expect }) => expect.reason,
    ),
  )
  assert.deepEqual(
    Object.keys(DENIALS).filter((reason) => !denied.has(reason as keyof typeof DENIALS)),
    TWO_REQUESTS,
  )
})

test('every reason with a challenge has a row that says it byte for byte', () => {
  const literal = new Set(
    ALL_VECTORS.filter(({ expect }) => expect.headers?.['WWW-Authenticate'] !== undefined).map(
      ({ expect }) => expect.reason,
    ),
  )
  const challenged = Object.entries(DENIALS).flatMap(([reason, row]) => (row.challenge ? [reason] : []))
  assert.deepEqual(
    challenged.filter((reason) => !literal.has(reason as keyof typeof DENIALS)),
    TWO_REQUESTS,
  )
})

function duplicates(ids: readonly string[]): readonly string[] {
  return ids.filter((id, at) => ids.indexOf(id) !== at)
}
