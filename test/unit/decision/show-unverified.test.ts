import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { showUnverified, showUnverifiedEnd } from '../../../src/decision/show-unverified.ts'

test('printable ASCII stays, everything else and the backslash is escaped', () => {
  assert.equal(showUnverified('https://id.example.com/a b'), 'https://id.example.com/a b')
  assert.equal(
    showUnverified('a\r\n\u0000\u001b[31m\u00e9\u202e\\'),
    'a\\u000d\\u000a\\u0000\\u001b[31m\\u00e9\\u202e\\u005c',
  )
})

test('two hundred characters are shown, and … says that there were more', () => {
  assert.equal(showUnverified('a'.repeat(200)), 'a'.repeat(200))
  assert.equal(showUnverified('a'.repeat(201)), `${'a'.repeat(200)}…`)
})

test('of a text that grows at its end, the last two hundred characters are shown', () => {
  assert.equal(showUnverifiedEnd('a'.repeat(200)), 'a'.repeat(200))
  assert.equal(showUnverifiedEnd(`${'a'.repeat(200)}\n`), `…${'a'.repeat(199)}\\u000a`)
})

test('any text: one line of printable ASCII, and two texts of one length never look the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      assert.match(showUnverified(text), /^[ -~]*…?$/)
    }),
  )
  assert.notEqual(showUnverified('a…'), showUnverified(`a${'\\u2026'}`))
  assert.equal(showUnverified('a…b'), 'a\\u2026b')
})
