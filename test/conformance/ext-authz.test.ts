import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { textTable } from '../support/text-table.ts'
import { readConfiguration } from './configuration.ts'
import { CLIMBING, DIFFERENCES, toExtAuthzRequest } from './ext-authz.ts'
import { startRealService } from './real-service.ts'
import { openForge } from './token-forge.ts'
import { createInProcess, createSocketSend, toWireRequest, type WireAnswer } from './transport.ts'
import { ALL_VECTORS } from './vectors.ts'

const forge = await openForge()
const counts = new Map<string, number>()
const count = (row: string): void => void counts.set(row, (counts.get(row) ?? 0) + 1)
after(() => {
  const rows = [...counts].map(([why, vectors]) => [why, String(vectors)])
  console.log(`\nThe same vectors over /verify and /ext_authz\n\n${textTable(['answer', 'vectors'], rows)}\n`)
})

test('every vector gets the same answer over /ext_authz as over /verify, but for the named differences', async () => {
  const config = readConfiguration((issuer) => `https://keys.example.com/${issuer}`)
  const overVerify = createInProcess(config, forge)
  const overExtAuthz = createInProcess(config, forge, toExtAuthzRequest)
  for (const vector of [...ALL_VECTORS, CLIMBING]) {
    const [verify, extAuthz] = [await overVerify(vector), await overExtAuthz(vector)]
    const difference = DIFFERENCES.find(({ holds }) => holds(vector))
    if (difference?.expect !== undefined && shown(extAuthz.answer) !== shown(verify.answer)) {
      assert.equal(shown(extAuthz.answer), difference.expect, vector.id)
    }
    if (difference === undefined) assert.deepEqual(extAuthz.answer, verify.answer, vector.id)
    const same = shown(extAuthz.answer) === shown(verify.answer)
    count(difference === undefined || same ? 'equal, byte for byte' : difference.why)
  }
  for (const { why } of DIFFERENCES) assert.ok(counts.has(why), `nothing differs because ${why}`)
})

test('the reference names each difference, and no other', async () => {
  const page = await readFile(new URL('../../docs/reference/endpoints.md', import.meta.url), 'utf8')
  const table = /^\| Over `\/ext_authz` .*\n\|-.*\n(?<rows>(?:\|.*\n)+)/m.exec(page)?.groups?.['rows'] ?? ''
  const rows = DIFFERENCES.map(({ why, expect }) => [
    why,
    expect?.replace(/ (.*)/, ' `$1`') ?? 'that of the rest of the request',
  ])
  assert.deepEqual(
    table.trim().split('\n'),
    rows.map((cells) => `| ${cells.join(' | ')} |`),
  )
})

test('over a socket, byte for byte', async (t) => {
  const service = await startRealService(t, forge)
  const send = createSocketSend(service.auth)
  // The socket is asked about what an HTTP parser lets through: a sample of each kind of answer.
  const sample = new Map(
    ALL_VECTORS.filter(
      (vector) =>
        vector.keysDown === undefined &&
        vector.bug === undefined &&
        vector.request?.method === undefined &&
        vector.request?.host === undefined &&
        !/[^\x21-\x7e]/.test(vector.request?.uri ?? '') &&
        !DIFFERENCES.some(({ holds }) => holds(vector)),
    ).map((vector) => [`${vector.expect.status} ${vector.expect.reason} ${vector.route === null}`, vector]),
  )
  assert.ok(sample.size > 25, `only ${sample.size} kinds`)
  for (const vector of sample.values()) {
    const verify = await send(toWireRequest(vector, forge))
    assert.deepEqual(withoutDate(await send(toExtAuthzRequest(vector, forge))), withoutDate(verify), vector.id)
  }
  assert.ok(service.logged().some((line) => line.includes('"dialect":"ext_authz"')))
  t.diagnostic(`${sample.size} kinds of answers`)
})

function shown({ status, headers }: WireAnswer): string {
  return `${status} ${headers.find(([name]) => name === 'X-Forwardgate-Reason')?.[1] ?? 'allow'}`
}

function withoutDate({ status, headers, body }: WireAnswer): WireAnswer {
  return { status, headers: headers.filter(([name]) => name !== 'Date'), body }
}
