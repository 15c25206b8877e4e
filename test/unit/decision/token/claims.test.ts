import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ClaimRule } from '../../../../src/config/model-requirement.ts'
import { type Claims, claimHolds, readClaim, showRule, showValue } from '../../../../src/decision/token/claims.ts'
import { named } from '../sample.ts'

const at = (...path: string[]) => ({ text: `/${path.join('/')}`, path })
const parsed = (json: string): Claims => JSON.parse(json)

test('a selector names own members only', () => {
  const claims = parsed('{"a":{"b":["x","y"]},"https://ns/role":"r","n":null,"__proto__":{"p":1}}')
  assert.equal(readClaim(claims, at('a', 'b', '1')), 'y')
  assert.equal(readClaim(claims, named('https://ns/role')), 'r')
  assert.equal(readClaim(claims, at('__proto__', 'p')), 1)
  for (const path of [
    ['x'],
    ['constructor'],
    ['a', 'toString'],
    ['a', 'b', '2'],
    ['n'],
    ['n', 'x'],
    ['https://ns/role', '0'],
  ]) {
    assert.equal(readClaim(claims, at(...path)), undefined, path.join('/'))
  }
})

type Operators = Omit<ClaimRule, 'claim'>

const ROWS: readonly [operators: Operators, value: unknown, holds: boolean][] = [
  [{ anyOf: ['a', 'b'] }, 'a', true],
  [{ anyOf: ['a', 'b'] }, ['x', 'b'], true],
  [{ anyOf: ['a'] }, 'A', false],
  [{ anyOf: ['a'] }, 'a b', false],
  [{ anyOf: ['a'] }, 'ab', false],
  [{ anyOf: ['1'] }, 1, false],
  [{ anyOf: [1] }, 1, true],
  [{ anyOf: [true] }, 'true', false],
  [{ anyOf: ['a'] }, [], false],
  [{ anyOf: ['a'] }, { a: true }, false],
  [{ anyOf: ['\u00e9'] }, 'e\u0301', false],
  [{ allOf: ['a', 'b'] }, ['b', 'a', 'c'], true],
  [{ allOf: ['a', 'b'] }, ['a'], false],
  [{ allOf: ['a'] }, 'a', true],
  [{ noneOf: ['x'] }, ['a'], true],
  [{ noneOf: ['x'] }, [], true],
  [{ noneOf: ['x'] }, ['a', 'x'], false],
  [{ noneOf: ['x'] }, 'x', false],
  [{ noneOf: ['x'] }, 1, false],
  [{ noneOf: ['x'] }, ['a', 1], false],
  [{ noneOf: ['x'] }, { x: 1 }, false],
  [{ noneOf: ['x', 1] }, 2, true],
  [{ exists: true }, null, false],
  [{ exists: false }, null, true],
  [{ noneOf: ['x'] }, null, false],
  [{ anyOf: ['a'] }, null, false],
  [{ noneOf: ['x'] }, ['a', null], false],
  [{ exists: true }, '', true],
  [{ exists: false }, 'a', false],
  [{ exists: true, anyOf: ['a'], noneOf: ['x'] }, ['a'], true],
  [{ anyOf: ['a'], noneOf: ['x'] }, ['a', 'x'], false],
  [{ anyOf: ['a'], allOf: ['a', 'b'] }, ['a'], false],
]

test('all operators must hold, by type and code point', () => {
  for (const [operators, value, holds] of ROWS) {
    assert.equal(
      claimHolds({ c: value }, { claim: named('c'), ...operators }),
      holds,
      JSON.stringify([operators, value]),
    )
  }
})

test('absence satisfies `exists: false` and nothing else', () => {
  assert.equal(claimHolds({}, { claim: named('c'), exists: false }), true)
  for (const operators of [{ exists: true }, { anyOf: ['a'] }, { allOf: ['a'] }, { noneOf: ['a'] }]) {
    assert.equal(claimHolds({}, { claim: named('c'), ...operators }), false, JSON.stringify(operators))
  }
})

test('any claim of any shape: never throws, and a value of none of the wanted types never satisfies anyOf', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.string(), { minLength: 1 }), (value, wanted) => {
      const claims = parsed(JSON.stringify({ c: value }))
      const holds = claimHolds(claims, { claim: named('c'), anyOf: wanted })
      const strings = [value].flat().filter((item) => typeof item === 'string')
      assert.equal(
        holds,
        strings.some((item) => wanted.includes(item)),
      )
    }),
  )
})

test('a rule and a claim as texts for the log, by type where it is not text', () => {
  const rule = { claim: { text: 'a', path: ['a'] }, anyOf: ['x', 5], noneOf: [true], exists: true }
  assert.deepEqual(showRule(rule), ['anyOf: x, 5 (a number)', 'noneOf: true (a boolean)', 'exists: true'])
  assert.deepEqual(showValue(undefined), ['absent'])
  assert.deepEqual(showValue('x'), ['x'])
  assert.deepEqual(showValue(['x', 5, null, ['y'], { z: 1 }]), ['x', '5 (a number)', 'null', 'a list', 'an object'])
})
