import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { looseReading, matches, matchName, type NamedKind } from '../../../src/config/mcp-names.ts'

test('a star matches any characters or none, and for nothing else', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '*', '.', '\\'), { maxLength: 12 }).map((list) => list.join(''))
  fc.assert(
    fc.property(letters, letters, (pattern, name) => {
      const parts = pattern.split('*').map((part) => part.replace(/[.\\]/g, '\\$&'))
      assert.equal(matches(pattern, name), new RegExp(`^${parts.join('[^]*')}$`).test(name), `${pattern} ${name}`)
    }),
    { numRuns: 2000 },
  )
})

test('the loose reading is that of Unicode, whatever goes first', () => {
  const unicode = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('a', 'Å', 'ﬁ', 'ﾞ', 'ｶ', '\u0301', '\u0323', '\u200b', ' ', 'İ', 'ß', '가'))
      .map((all) => all.join('')),
  )
  fc.assert(
    fc.property(unicode, (text) => {
      const once = text.normalize('NFKD').replace(/[\p{M}\p{C}\p{Z}]/gu, '')
      assert.equal(looseReading(text), once.toUpperCase().toLowerCase())
    }),
    { numRuns: 2000 },
  )
})

test('many stars and a long name take no time that counts', () => {
  const steps = { pattern: `${'a*'.repeat(200)}b`, name: 'a'.repeat(2000) }
  assert.equal(matches(steps.pattern, steps.name), false)
})

const PATTERNS = ['read_*', 'read_secrets', 'café', 'note://public/*', 'https://h.example.com/a*'].map((pattern) => ({
  pattern,
  loose: looseReading(pattern),
  scopes: [],
  claims: [],
  authentication: undefined,
}))
const matched = (kind: NamedKind, name: string) => matchName(PATTERNS, kind, name)?.map(({ pattern }) => pattern)

const ROWS: readonly (readonly [kind: NamedKind, name: string, patterns: readonly string[] | undefined])[] = [
  ['tool', 'read_pods', ['read_*']],
  ['tool', 'read_secrets', ['read_*', 'read_secrets']],
  ['tool', 'read_', ['read_*']],
  ['tool', 'write', []],
  ['tool', 'x'.repeat(256), []],
  ['tool', 'x'.repeat(257), undefined],
  ['prompt', 'x'.repeat(257), undefined],
  ['resource', 'x'.repeat(2048), []],
  ['resource', 'x'.repeat(2049), undefined],
  ['tool', 'Write', []],
  ['tool', 'Read_pods', undefined],
  ['tool', 'read_Secrets', undefined],
  ['tool', 'read_secrets ', undefined],
  ['tool', 'read_secrets\u0000', undefined],
  ['tool', 'read_ſecrets', undefined],
  ['tool', 'read_secret\u200bs', undefined],
  ['tool', 'café', ['café']],
  ['tool', 'cafe\u0301', undefined],
  ['tool', 'cafe', undefined],
  ['tool', 'note://public/../secret', ['note://public/*']],
  ['resource', 'note://public/a', ['note://public/*']],
  ['resource', 'note://public/a b%20c', ['note://public/*']],
  ['resource', 'note://public/..', undefined],
  ['resource', 'note://public/a/./b', undefined],
  ['resource', 'note://public\\..\\b', undefined],
  ['resource', 'note://public/%2E%2e/b', undefined],
  ['resource', 'note://public/%252e%252e/b', undefined],
  ['resource', 'note://public/%zz/%2e%2e/b', undefined],
  ['resource', `note://public/%${'25'.repeat(9)}41`, undefined],
  ['resource', 'note://other/%2e', undefined],
  ['resource', 'note://%70ublic/a', undefined],
  ['resource', 'NOTE://public/a', undefined],
  ['resource', 'https://h.example.com/a', ['https://h.example.com/a*']],
  ['resource', 'https://h.example.com:443/a', undefined],
  ['resource', 'https://H.example.com/a', undefined],
  ['resource', 'https:\\\\h.example.com\\a', undefined],
  ['resource', 'https://h.example.com/%61', undefined],
  ['resource', 'https://h.example\t.com/a', undefined],
  ['resource', 'https://other.example.com', []],
  ['resource', 'not a url', []],
]

for (const [kind, name, patterns] of ROWS) {
  test(`${kind} ${JSON.stringify(name)}: ${patterns?.join(', ') ?? 'could be another'}`, () =>
    assert.deepEqual(matched(kind, name), patterns))
}
