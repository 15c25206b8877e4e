import assert from 'node:assert/strict'
import { test } from 'node:test'
import { currentNonce, isFreshNonce, NONCE_WINDOW_SECONDS } from '../../../../src/decision/token/proof-nonce.ts'

const SECRET = Buffer.alloc(32, 1)
const START = NONCE_WINDOW_SECONDS * 6_000_000

test('a nonce passes in its window and in the next one', () => {
  const nonce = currentNonce(SECRET, START)
  assert.match(nonce, /^[\w-]{43}$/)
  assert.equal(currentNonce(SECRET, START + NONCE_WINDOW_SECONDS - 0.1), nonce)
  const at = (windows: number) => isFreshNonce(nonce, SECRET, START + windows * NONCE_WINDOW_SECONDS)
  assert.deepEqual([-1, 0, 1, 1.99, 2].map(at), [false, true, true, true, false])
})

test('all with one secret agree; without it none can be made', () => {
  assert.equal(currentNonce(Buffer.alloc(32, 1), START), currentNonce(SECRET, START))
  assert.equal(isFreshNonce(currentNonce(Buffer.alloc(32, 2), START), SECRET, START), false)
  for (const text of ['', 'x', currentNonce(SECRET, START).slice(1), 'é'.repeat(43)]) {
    assert.equal(isFreshNonce(text, SECRET, START), false)
  }
})
