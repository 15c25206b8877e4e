import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openH2, sendH2 } from '../support/h2-client.ts'
import { missing } from '../support/missing-part.ts'
import { makeTestCa } from '../support/tls-files.ts'
import { judgeAnswer } from './judgement.ts'
import { startRealService } from './real-service.ts'
import { openForge } from './token-forge.ts'
import { toWireRequest, type WireAnswer, type WireRequest } from './transport.ts'
import { settleUnknownKids } from './unknown-kids.ts'
import { ALL_VECTORS } from './vectors.ts'

const forge = await openForge()

test('over HTTP/2: every decision', async (t) => {
  const ca = await makeTestCa()
  if (ca === undefined) return t.skip(missing('openssl', 'no vector is sent over HTTP/2'))
  t.after(ca.remove)
  const { cert, key } = await ca.issue('localhost')
  const service = await startRealService(t, forge, [], { FORWARDGATE_TLS_CERT: cert, FORWARDGATE_TLS_KEY: key })
  const session = await openH2(service.auth, { ca: ca.pem })
  t.after(() => session.destroy())
  const send = async ({ body: sent, ...request }: WireRequest): Promise<WireAnswer> => {
    const { status, headers, body } = await sendH2(session, sent.length === 0 ? request : { ...request, body: sent })
    return { status, headers, body: body.toString() }
  }
  await settleUnknownKids(ALL_VECTORS, forge, send)
  let judged = 0
  for (const vector of ALL_VECTORS) {
    if (vector.keysDown !== undefined || vector.bug !== undefined) continue
    const answer = await send(toWireRequest(vector, forge)).catch((error: unknown) =>
      assert.fail(`${vector.id}: ${String(error)}`),
    )
    judgeAnswer(vector, answer)
    judged++
  }
  t.diagnostic(`${judged} vectors`)
})
