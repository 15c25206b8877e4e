import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { columnsOf, wrap } from '../../../src/cli/wrap.ts'

describe('wrapping', () => {
  it('breaks at blanks and indents what follows', () => {
    assert.equal(wrap('  why: the quick brown fox jumps', 18, 7), '  why: the quick\n       brown fox\n       jumps')
  })

  it('keeps what fits as it is, and a line in a pipe whole', () => {
    assert.equal(wrap('  a   b ', 8), '  a   b ')
    const line = 'word '.repeat(1_000)
    assert.equal(wrap(line, Number.POSITIVE_INFINITY), line)
  })

  it('keeps a long word whole, so that a URL can be copied', () => {
    const url = `https://example.com/${'x'.repeat(60)}`
    assert.equal(wrap(`see ${url} for more`, 40, 2), `see\n  ${url}\n  for more`)
  })

  it('does not count colours', () => {
    assert.equal(wrap('\u001b[31merror:\u001b[39m one two', 10, 2), '\u001b[31merror:\u001b[39m one\n  two')
  })

  it('ends for a million blanks', () => {
    assert.ok(wrap(`a${' '.repeat(1_000_000)}b`, 80).endsWith('b'))
  })
})

describe('the width', () => {
  it('is that of a terminal, 80 if it does not say, and none in a pipe', () => {
    assert.equal(columnsOf({ isTTY: true, columns: 120 }), 120)
    assert.equal(columnsOf({ isTTY: true }), 80)
    assert.equal(columnsOf({ isTTY: true, columns: 3 }), 40)
    assert.equal(columnsOf({ isTTY: false, columns: 120 }), Number.POSITIVE_INFINITY)
    assert.equal(columnsOf({}), Number.POSITIVE_INFINITY)
  })
})
