import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLater, itineraryOf, STEPS } from '../../../src/decision/trace.ts'

test('the steps keep the words that scripts read', () => {
  assert.deepEqual(STEPS.slice(0, 7), [
    ...['route', 'forwarded request', 'match', 'header names', 'origin', 'preflight', 'credentials'],
  ])
  assert.deepEqual(STEPS.slice(7, 14), [
    'token',
    'issuer',
    'algorithm',
    'key',
    'signature',
    'token type',
    'token claims',
  ])
  assert.deepEqual(STEPS.slice(14), [
    ...[
      'time',
      'lifetime',
      'audience',
      'revocation',
      'proof',
      'client',
      'authentication',
      'scopes',
      'claims',
      'rules',
      'mcp',
      'identity',
      'end',
    ],
  ])
})

test('an itinerary has every step in this order, but for what the request does not need', () => {
  assert.deepEqual(
    itineraryOf('name', 'jwt', 'after token').steps,
    STEPS.filter((step) => step !== 'end'),
  )
  const { steps } = itineraryOf('name', 'opaque', 'never')
  assert.deepEqual(
    STEPS.filter((step) => !steps.includes(step)),
    ['algorithm', 'key', 'signature', 'mcp', 'end'],
  )
})

test('plain /verify reads the forwarded request first, and who comes without credentials is judged by the body', () => {
  const { steps } = itineraryOf('path', 'jwt', 'before token')
  assert.deepEqual(steps.slice(0, 3), ['forwarded request', 'route', 'match'])
  assert.equal(steps.indexOf('mcp'), steps.indexOf('credentials') + 1)
})

test('itineraries are constants: nothing is made for a request', () => {
  assert.equal(itineraryOf('name', 'jwt', 'never'), itineraryOf('name', 'jwt', 'never'))
})

test('one step comes after another', () => {
  assert.equal(isLater('client', 'audience'), true)
  assert.equal(isLater('audience', 'client'), false)
  assert.equal(isLater('audience', 'audience'), false)
})
