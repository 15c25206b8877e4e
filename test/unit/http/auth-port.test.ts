import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPending } from '../../../src/http/app.ts'
import { buildAuthServer } from '../../../src/http/auth-port.ts'

test('a bug in a document is reported, and answered with a 500 that says nothing of it', async (t) => {
  const bugs: unknown[] = []
  const bug = new Error('secret')
  const fail = (): never => {
    throw bug
  }
  const { app } = buildAuthServer({
    policy: fail,
    metadata: fail,
    registrations: () => new Map(),
    findDocument: fail,
    exposeReason: true,
    draining: () => false,
    pending: createPending(),
    onDecision: () => {},
    onMetadataRequest: () => {},
    onRegistration: () => {},
    onUnparsable: () => {},
    onHandshakeFailure: () => {},
    onBug: (error) => bugs.push(error),
  })
  t.after(() => app.close())
  const answer = await app.inject('/.well-known/oauth-protected-resource/mcp')
  assert.deepEqual([answer.statusCode, answer.body], [500, '{"error":"server_error"}'])
  assert.equal(answer.headers['cache-control'], 'no-store')
  assert.deepEqual(bugs, [bug])
})
