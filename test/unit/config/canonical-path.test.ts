import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalPath, foldPath, isWithin } from '../../../src/config/canonical-path.ts'

const kept: readonly (readonly [raw: string, canonical: string])[] = [
  ['/', ''],
  ['/a', '/a'],
  ['/a/', '/a'],
  ['/a/b/', '/a/b'],
  ['/%6dcp/kubernetes', '/mcp/kubernetes'],
  ['/%7Euser', '/~user'],
  ['/a%20b', '/a%20b'],
  ['/caf%c3%a9', '/caf%C3%A9'],
  ['/a:b@c,d=e&f+g', '/a:b@c,d=e&f+g'],
  ['/...', '/...'],
  ['/.well-known', '/.well-known'],
  ['/a"<>[]^`{|}', '/a"<>[]^`{|}'],
  [`/${'a'.repeat(8191)}`, `/${'a'.repeat(8191)}`],
  [`${'/a'.repeat(256)}/`, '/a'.repeat(256)],
]

const refused = [
  [`/${'a'.repeat(8192)}`, 'longer than 8 KiB'],
  ['/a'.repeat(257), 'more than 256 segments'],
  ['', 'empty'],
  ['a', 'relative'],
  ['*', 'asterisk form'],
  ['http://evil/public', 'absolute form'],
  ['//', 'empty segment'],
  ['//a', 'empty segment'],
  ['/a//b', 'empty segment'],
  ['/a//', 'empty segment'],
  ['/.', 'dot segment'],
  ['/a/../b', 'dot segment'],
  ['/a/..', 'dot segment'],
  ['/a/./b', 'dot segment'],
  ['/public/%2e%2e/mcp', 'encoded dot segment'],
  ['/public/.%2E/mcp', 'half encoded dot segment'],
  ['/public/%2E', 'encoded dot segment'],
  ['/a\\b', 'backslash'],
  ['/a;x=1', 'path parameter'],
  ['/a?b', 'query'],
  ['/a#b', 'fragment'],
  ['/mcp%2Fkubernetes', 'encoded slash'],
  ['/mcp%2fkubernetes', 'encoded slash'],
  ['/..%5cmcp', 'encoded backslash'],
  ['/a%3bx', 'encoded semicolon'],
  ['/a%3Fb', 'encoded question mark'],
  ['/a%23b', 'encoded hash'],
  ['/%252e', 'encoded percent'],
  ['/%00', 'NUL'],
  ['/%1f', 'control'],
  ['/%0d%0a', 'CRLF'],
  ['/%7f', 'DEL'],
  ['/%', 'lone percent'],
  ['/%4', 'cut escape'],
  ['/%zz', 'no escape'],
  ['/%u0041', 'IIS escape'],
  ['/%ff', 'not UTF-8'],
  ['/%c0%ae%c0%ae/', 'overlong dot'],
  ['/%ed%a0%80', 'surrogate'],
  ['/a b', 'space'],
  ['/é', 'raw non-ASCII'],
  ['/a\u0000', 'raw NUL'],
  ['/a\n', 'line end'],
] as const

for (const [raw, canonical] of kept)
  test(`canonicalPath ${JSON.stringify(raw)} is ${JSON.stringify(canonical)}`, () =>
    assert.equal(canonicalPath(raw), canonical))

for (const [raw, why] of refused)
  test(`canonicalPath refuses ${JSON.stringify(raw)}: ${why}`, () => assert.equal(canonicalPath(raw), undefined))

test('a canonical path is canonical, folds, and means one thing to a URL parser', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '%2e',
    '%2F',
    'a',
    'A',
    '%41',
    '%c3%a9',
    ';',
    '\\',
    '%25',
    '~',
    ' ',
    '%e2%84%aa',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const raw = `/${pieces.join('')}`
      const canonical = canonicalPath(raw)
      if (canonical === undefined) return
      assert.equal(canonicalPath(canonical === '' ? '/' : canonical), canonical)
      assert.equal(new URL(canonical === '' ? '/' : canonical, 'http://h').pathname.replace(/\/$/, ''), canonical)
      assert.equal(foldPath(foldPath(canonical)), foldPath(canonical))
    }),
    { numRuns: 2000 },
  )
})

test('foldPath ignores case and every remaining escape', () => {
  assert.equal(foldPath('/Admin'), '/admin')
  assert.equal(foldPath('/caf%C3%89'), '/café')
  assert.equal(foldPath('/a%3Ab'), '/a:b')
  assert.equal(foldPath('/%E2%84%AAey'), '/key')
  assert.equal(foldPath('/%C5%BFtop'), '/stop')
})

test('foldPath sees an i in what Java takes for one, and one letter in both of its compositions', () => {
  assert.equal(foldPath('/adm%C4%B0n'), '/admin')
  assert.equal(foldPath('/admI%CC%87n'), '/admin')
  assert.equal(foldPath('/adm%C4%B1n'), '/admin')
  assert.equal(foldPath('/cafe%CC%81'), foldPath('/caf%C3%A9'))
})

test('isWithin compares whole segments', () => {
  assert.ok(isWithin('/a/b', '/a'))
  assert.ok(isWithin('/a', '/a'))
  assert.ok(isWithin('/a', ''))
  assert.ok(isWithin('', ''))
  assert.ok(!isWithin('/ab', '/a'))
  assert.ok(!isWithin('/a', '/a/b'))
})

test('of more than 30 marks in a row the first ones are compared', () => {
  assert.equal(foldPath(`/e${'%CC%81'.repeat(31)}`), foldPath(`/E${'%CC%81'.repeat(900)}`))
  assert.notEqual(foldPath(`/e${'%CC%81'.repeat(29)}`), foldPath(`/e${'%CC%81'.repeat(30)}`))
})

test('folding a path without escapes is the same as with them', () => {
  assert.equal(foldPath('/A/b-C'), foldPath('/A/b-C/%C3%A9').slice(0, -2))
})
