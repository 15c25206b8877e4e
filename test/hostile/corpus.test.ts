import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeAnswer } from '../conformance/judgement.ts'
import { startRealService } from '../conformance/real-service.ts'
import { openForge } from '../conformance/token-forge.ts'
import { createSocketSend, type Send, toWireRequest } from '../conformance/transport.ts'
import { differences } from '../conformance/twin.ts'
import { settleUnknownKids } from '../conformance/unknown-kids.ts'
import type { Vector } from '../conformance/vector.ts'
import { ALL_VECTORS } from '../conformance/vectors.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { openH2, sendH2 } from '../support/h2-client.ts'
import { missing } from '../support/missing-part.ts'
import { RESOURCE, startTestService } from '../support/service.ts'
import { makeTestCa } from '../support/tls-files.ts'
import { FAMILIES } from './corpus/families.ts'
import { everyRow, OWN_ROWS, rowsOf } from './corpus/rows.ts'
import { printTable } from './table.ts'

const forge = await openForge()

test('every row has an id of its own, and every refused one a twin that passes and differs in one point', () => {
  assert.equal(everyRow.size, ALL_VECTORS.length + OWN_ROWS.length)
  const wrong = OWN_ROWS.flatMap((row) => {
    if (row.twin === undefined) return needsTwin(row) ? [`${row.id}: no twin`] : []
    const twin = everyRow.get(row.twin)
    if (twin?.expect.status !== 200) return [`${row.id}: ${row.twin} is no row that passes`]
    const points = differences(row, twin)
    return points.length === 1 ? [] : [`${row.id}: ${points.join(' and ')}`]
  })
  assert.deepEqual(wrong, [])
})

test('over HTTP/1.1: each attack gets the one answer that is right', async (t) => {
  const service = await startRealService(t, forge)
  await tryAll(t.test.bind(t), 'Attacks over HTTP/1.1, one request each', createSocketSend(service.auth))
  const log = service.logged().join('')
  assert.doesNotMatch(log, /eyJ[\w-]{20}/, 'a part of a token is in the log')
  assert.doesNotMatch(log, /"level":"error"/, 'something was thrown')
})

test('no address in a token is ever asked', async (t) => {
  const evil = await startFakeIssuer({ algorithms: ['ES256'] })
  t.after(() => evil.stop())
  const gate = await startTestService(t)
  const [key] = evil.keys
  for (const header of [
    { jku: evil.jwksUri, kid: key?.kid },
    { jku: evil.jwksUri, kid: gate.issuer.keys[0]?.kid },
    { x5u: evil.jwksUri, x5c: [evil.jwksUri], kid: evil.jwksUri },
    { jwk: key?.jwk, iss: evil.issuer },
  ]) {
    for (const iss of [gate.issuer.issuer, evil.issuer]) {
      const token = evil.mint({ iss, aud: RESOURCE, scope: 'mcp:read' }, { header })
      assert.ok([401, 503].includes((await gate.ask('api', { token })).status))
    }
  }
  assert.equal(evil.hits(), 0)
  assert.equal(
    (
      await gate.ask('api', {
        token: gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' }, { header: { jku: evil.jwksUri } }),
      })
    ).status,
    200,
  )
  assert.equal(evil.hits(), 0)
})

test('over HTTP/2: the same answers', async (t) => {
  const ca = await makeTestCa()
  if (ca === undefined) return t.skip(missing('openssl', 'no attack is sent over HTTP/2'))
  t.after(ca.remove)
  const { cert, key } = await ca.issue('localhost')
  const service = await startRealService(t, forge, [], { FORWARDGATE_TLS_CERT: cert, FORWARDGATE_TLS_KEY: key })
  const session = await openH2(service.auth, { ca: ca.pem })
  t.after(() => session.destroy())
  await tryAll(t.test.bind(t), 'Attacks over HTTP/2, one request each', async (request) => {
    const { status, headers, body } = await sendH2(session, request)
    return { status, headers, body: body.toString() }
  })
})

/** Judges every row of every family, and prints what came of them. */
async function tryAll(
  step: (name: string, run: () => Promise<void>) => Promise<void>,
  title: string,
  send: Send,
): Promise<void> {
  const lines: (string | number)[][] = []
  const all = FAMILIES.flatMap(({ attacks }) => attacks.flatMap(rowsOf))
  await settleUnknownKids(all, forge, send)
  for (const family of FAMILIES) {
    const rows = family.attacks.flatMap(rowsOf)
    if (rows.length === 0) continue
    let wrong = 0
    await step(family.title, async () => {
      const failures: unknown[] = []
      for (const row of rows) await judgeRow(row, send).catch((error: unknown) => failures.push(error))
      wrong = failures.length
      if (failures.length > 0)
        throw failures.length === 1 ? failures[0] : new AggregateError(failures, failures.map(String).join('\n'))
    })
    const refused = rows.filter(({ expect }) => expect.status !== 200).length
    lines.push([family.title, family.attacks.length, rows.length, refused, rows.length - refused, wrong])
  }
  printTable(
    title,
    ['family', 'attacks', 'requests', 'refused', 'passed unharmed, or twins', 'wrongly answered'],
    lines,
  )
}

async function judgeRow(row: Vector, send: Send): Promise<void> {
  const request = toWireRequest(row, forge)
  judgeAnswer(row, await send(request))
  // The second answer may come from the cache.
  judgeAnswer(row, await send(request))
}

/** Not where there is no token, nor where two things make the attack: another algorithm and another key. */
function needsTwin({ token, expect }: Vector): boolean {
  return token !== undefined && token.text === undefined && token.signedBy === undefined && expect.status !== 200
}
