import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeAnswer } from './judgement.ts'
import { startRealService } from './real-service.ts'
import { openForge } from './token-forge.ts'
import { createSocketSend, type Send, toWireRequest } from './transport.ts'
import { settleUnknownKids } from './unknown-kids.ts'
import type { Vector } from './vector.ts'
import { METADATA } from './vectors/metadata.ts'
import { ALL_VECTORS } from './vectors.ts'

const forge = await openForge()

/** Sends every row twice: the second answer may come from the cache and must be the same. */
async function judgeAll(vectors: readonly Vector[], send: Send): Promise<void> {
  assert.ok(vectors.length > 0)
  for (const vector of vectors) {
    const request = toWireRequest(vector, forge)
    const first = await send(request)
    judgeAnswer(vector, first)
    assert.deepEqual(withoutDate(await send(request)), withoutDate(first), `${vector.id}: asked again`)
  }
}

const withoutDate = ({ status, headers, body }: Awaited<ReturnType<Send>>) => ({
  status,
  body,
  headers: headers.filter(([name]) => name !== 'Date'),
})

test('over a socket: every decision', async (t) => {
  const service = await startRealService(t, forge)
  const vectors = ALL_VECTORS.filter(({ keysDown, bug }) => keysDown === undefined && bug === undefined)
  const send = createSocketSend(service.auth)
  await settleUnknownKids(vectors, forge, send)
  await judgeAll(vectors, send)

  const log = service.logged().join('')
  assert.doesNotMatch(log, /"level":"error"/, 'something was thrown')
  // A part of a token would be in one of these words.
  const words = [...new Set(log.match(/[\w-]{30,}/g))].join(' ')
  for (const { token } of vectors.filter((vector) => vector.token !== undefined && vector.token.text === undefined)) {
    for (const part of forge.make(token ?? {}).match(/[\w-]{30,}/g) ?? []) {
      assert.ok(!words.includes(part), 'a part of a token is in the log')
    }
  }
})

test('over a socket: decisions while keys cannot be had', async (t) => {
  const down = ALL_VECTORS.filter(({ keysDown }) => keysDown !== undefined)
  const service = await startRealService(t, forge, [...new Set(down.flatMap(({ keysDown }) => keysDown ?? []))])
  await judgeAll(down, createSocketSend(service.auth))
})

test('over a socket: every metadata document, also while an issuer is down', async (t) => {
  const service = await startRealService(t, forge, ['main'])
  const send = createSocketSend(service.auth)
  for (const { id, method = 'GET', host = 'api.example.com', headers = [], target, document } of METADATA) {
    const answer = await send({ method, target, headers: [['Host', host], ...headers], body: Buffer.alloc(0) })
    const field = (name: string) => answer.headers.find(([sent]) => sent.toLowerCase() === name)?.[1]
    const wellKnown = target.startsWith('/.well-known/')
    assert.equal(answer.status, document === undefined ? 404 : method === 'OPTIONS' ? 204 : 200, id)
    assert.equal(field('access-control-allow-origin'), wellKnown ? '*' : undefined, id)
    assert.equal(field('cache-control'), document === undefined ? 'no-store' : 'max-age=300', id)
    assert.equal(field('www-authenticate') ?? field('location') ?? field('set-cookie'), undefined, id)
    if (method === 'OPTIONS') {
      assert.equal(field('access-control-allow-headers'), 'MCP-Protocol-Version, Authorization, Content-Type', id)
    } else {
      assert.match(field('content-type') ?? '', /^application\/json(?:; charset=utf-8)?$/, id)
    }
    if (method === 'GET' && document !== undefined) assert.deepEqual(JSON.parse(answer.body), document, id)
  }
})
