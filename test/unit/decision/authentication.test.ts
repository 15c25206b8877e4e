import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Authentication } from '../../../src/config/model-requirement.ts'
import { checkAuthentication } from '../../../src/decision/authentication.ts'
import { NOW, sampleIssuer, sampleToken } from './sample.ts'

const insufficient = { reason: 'authentication_insufficient', step: 'authentication' }
const ABSENT = { actual: ['absent'], hint: 'the issuer has to put this claim into its access tokens' }

const judge = (authentication: Partial<Authentication> | undefined, claims: object, clockTolerance = 30) =>
  checkAuthentication(
    { authentication: authentication && { acr: undefined, maxAgeSeconds: undefined, ...authentication } },
    sampleToken({ claims: { ...claims }, issuer: sampleIssuer({ clockTolerance }) }),
    NOW,
  )

test('nothing is required unless it is written', () => {
  assert.equal(judge(undefined, {}), undefined)
  assert.equal(judge({ acr: ['gold'] }, { acr: 'gold' }), undefined)
  assert.equal(judge({ maxAgeSeconds: 900 }, { auth_time: NOW }), undefined)
})

test('acr is one of the list, by type and code point', () => {
  const about = { ...insufficient, claim: 'acr', expected: ['gold', '2'] }
  const acr = ['gold', '2']
  assert.equal(judge({ acr }, { acr: '2' }), undefined)
  assert.deepEqual(judge({ acr }, { acr: 2 }), { ...about, actual: ['2 (a number)'] })
  assert.deepEqual(judge({ acr }, { acr: 'GOLD' }), { ...about, actual: ['GOLD'] })
  assert.deepEqual(judge({ acr }, { acr: ['gold'] }), { ...about, actual: ['gold'] })
  for (const claims of [{}, { acr: null }, { acrs: 'gold' }])
    assert.deepEqual(judge({ acr }, claims), { ...about, ...ABSENT })
})

test('the age of a login: each edge with the tolerance, and one second beyond', () => {
  const at = (age: number, tolerance?: number) => judge({ maxAgeSeconds: 900 }, { auth_time: NOW - age }, tolerance)
  const about = { ...insufficient, claim: 'auth_time' }
  assert.equal(at(930), undefined)
  assert.deepEqual(at(931), { ...about, limit: 900, seconds: 931 })
  assert.equal(at(900, 0), undefined)
  assert.deepEqual(at(901, 0), { ...about, limit: 900, seconds: 901 })
  assert.equal(at(-30), undefined)
  assert.deepEqual(at(-31), { ...about, secondsAhead: 31, hint: 'the login lies in the future' })
})

test('a time that is not a number is refused', () => {
  const about = { ...insufficient, claim: 'auth_time', expected: ['a number'] }
  assert.deepEqual(judge({ maxAgeSeconds: 900 }, { auth_time: String(NOW) }), { ...about, actual: [String(NOW)] })
  for (const claims of [{}, { auth_time: null }]) {
    assert.deepEqual(judge({ maxAgeSeconds: 900 }, claims), { ...about, ...ABSENT })
  }
})

test('the class is judged before the age', () => {
  assert.equal(judge({ acr: ['gold'], maxAgeSeconds: 900 }, {})?.claim, 'acr')
})
