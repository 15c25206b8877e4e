import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { goPattern } from '../../../../../src/tools/proxies/traefik/go-pattern.ts'
import { cpuSeconds } from '../../../../support/cpu-seconds.ts'

const PIECES = [
  'a',
  'b',
  'A',
  '.',
  '-',
  '[a-c]',
  '[^b-]',
  '[A-Z.]',
  '\\d',
  '\\.',
  '\\w',
  '^',
  '$',
  '(',
  '(?:',
  ')',
  '|',
  '*',
  '+',
  '?',
  '{2}',
  '{1,}',
  '{0,2}',
]

/** Undefined for what only Go reads, such as `$?`. */
function inJavaScript(written: string): RegExp | undefined {
  try {
    return new RegExp(written)
  } catch {
    return undefined
  }
}

test('what is read matches as in JavaScript, whose language it shares', () => {
  let read = 0
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', '.', '-', '1'), maxLength: 6 }),
      (pieces, text) => {
        const written = pieces.join('')
        const pattern = goPattern(written)
        const same = inJavaScript(written)
        if (pattern === undefined || same === undefined) return
        read++
        assert.equal(pattern.test(text), same.test(text), written)
      },
    ),
    { numRuns: 20_000 },
  )
  assert.ok(read > 1_000, `${read}`)
})

for (const [written, text, expected] of [
  ['(?i)^x-auth-.*$', 'X-Auth-Subject', true],
  ['^X-Auth-(Subject|Issuer)$', 'X-Auth-Issuer', true],
  ['^X-Auth-(Subject|Issuer)$', 'X-Auth-Issuers', false],
  ['^[^.]+\\.example\\.com$', 'a.example.com', true],
  ['^[^.]+\\.example\\.com$', 'a.b.example.com', false],
  ['', 'anything', true],
] as const) {
  test(`${written} and ${text}`, () => assert.equal(goPattern(written)?.test(text), expected))
}

for (const written of [
  '\\pL',
  '[[:alpha:]]',
  '(?P<a>x)',
  '(?=x)',
  'a**',
  '(',
  ')',
  '[',
  '[]',
  '{',
  'a{2,1}',
  'x'.repeat(2_000),
  '(a{1000}){1000}',
  '\\',
  '\\1',
  '[b-\\d]',
]) {
  test(`${written.slice(0, 20)} is not evaluated`, () => assert.equal(goPattern(written), undefined))
}

test('no expression costs more than its length times that of the text', async () => {
  const text = `${'a'.repeat(2_000)}!`
  for (const written of ['^(a+)+$', '^(a|a)*$', '(a*)*b', `${'a*'.repeat(300)}b`, '(.*){50}b', '((a?){40}){40}b']) {
    const spent = await cpuSeconds(() => goPattern(written)?.test(text))
    assert.ok(spent < 2, `${written}: ${spent} s`)
  }
})
