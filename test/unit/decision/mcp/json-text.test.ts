import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseStrictJson } from '../../../../src/decision/mcp/json-text.ts'

const parse = (text: string) => parseStrictJson(Buffer.from(text))
const problemOf = (text: string) => {
  const parsed = parse(text)
  return parsed.ok ? undefined : parsed.problem
}

test('whatever JSON.stringify writes is read as it was meant, or refused for what it says', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), (value) => {
      const text = JSON.stringify(value)
      const parsed = parse(text)
      if (parsed.ok) assert.deepEqual(parsed.value, JSON.parse(text))
      else assert.match(parsed.problem, /surrogate|__proto__|control|too large/)
    }),
  )
})

const TWICE = 'a member name comes twice in one object'
const ROWS: readonly (readonly [text: string, problem: string | undefined])[] = [
  ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', undefined],
  ['{"a":1,"a":2}', TWICE],
  ['{"a":1,"\\u0061":2}', TWICE],
  ['{"\\/":1,"/":2}', TWICE],
  ['[{"b":[{"a":1,"x":{},"a":2}]}]', TWICE],
  ['{"a":{"b":1},"b":2}', undefined],
  ['{"a":"a","b":["a","a"]}', undefined],
  ['{"a":["b",{"c":1}],"d":1,"a":1}', TWICE],
  ['{"\\"a":1,"a\\\\":2}', undefined],
  ['{"__proto__":1}', 'a member is named __proto__'],
  ['{"a":{"\\u005f_proto__":1}}', 'a member is named __proto__'],
  ['["__proto__"]', undefined],
  ['{"a\\u0000":1}', 'a member name has a control character'],
  ['{"a\u0085":1}', 'a member name has a control character'],
  ['{"a":"\\u0000"}', undefined],
  ['"\\ud83d\\ude00"', undefined],
  ['"\\ude00\\ud83d"', 'a string has half of a surrogate pair'],
  ['{"\\ud800":1}', 'a string has half of a surrogate pair'],
  ['[1e308,-1.5E-400,0,9007199254740993]', undefined],
  ['[1e309]', 'a number is too large'],
  ['-1e400', 'a number is too large'],
  ['[9e999]', 'a number is too large'],
  ['0.0000001e310', undefined],
  ['["a","b","b"]', undefined],
  [`${'['.repeat(64)}${']'.repeat(64)}`, undefined],
  [`${'['.repeat(65)}${']'.repeat(65)}`, 'the body is nested too deep'],
  [`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'the body is nested too deep'],
  ['\ufeff{}', 'the body begins with a byte order mark'],
  ['', 'the body is not JSON'],
  ['{}{}', 'the body is not JSON'],
  ['{"a":1,}', 'the body is not JSON'],
  ['NaN', 'the body is not JSON'],
  ['\u00a0{}', 'the body is not JSON'],
]

for (const [text, problem] of ROWS) {
  test(`${problem ?? 'good'}: ${text.slice(0, 60)}`, () => assert.equal(problemOf(text), problem))
}

test('bytes that are not UTF-8', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0xa2, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xc3],
  ]) {
    assert.deepEqual(parseStrictJson(Uint8Array.from(bytes)), { ok: false, problem: 'the body is not UTF-8' })
  }
})
