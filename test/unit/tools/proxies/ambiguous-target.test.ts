import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AMBIGUOUS_TARGET } from '../../../../src/tools/proxies/ambiguous-target.ts'

const isAmbiguous = (target: string): boolean => new RegExp(AMBIGUOUS_TARGET, 'i').test(target)

const REFUSED: readonly (readonly [what: string, targets: readonly string[]])[] = [
  ['dot segments', ['/a/../b', '/a/./b', '/a/..', '/a/..?x', '/a/..#x']],
  ['dot segments with parameters, as Tomcat reads them', ['/a/..;/b', '/a/..;x=1/b', '/a/.;/b', '/a/..%3B/b']],
  ['escaped dots and separators', ['/a/%2e%2E/b', '/a/.%2e/b', '/a%2fb', '/a%5Cb', '/a\\b']],
  ['escapes of escapes, for services that decode twice', ['/a/%252e%252e/b', '/a%25252Fb', '/a%255cb', '/a/..%253b/b']],
  ['empty segments', ['//a', '/a//b']],
]

for (const [what, targets] of REFUSED) {
  test(`a generated proxy refuses ${what}`, () => {
    for (const target of targets) assert.ok(isAmbiguous(target), target)
  })
}

test('a generated proxy lets plain paths pass, and everything in a query', () => {
  const plain = ['/', '/a/b/', '/a..b/c', '/.well-known/x', '/...', '/a;v=1/b', '/a%20b', '/a%2500', '/a?u=//x/../%2e;']
  for (const target of plain) assert.ok(!isAmbiguous(target), target)
})
