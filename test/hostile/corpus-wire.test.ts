import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRealService } from '../conformance/real-service.ts'
import { openForge } from '../conformance/token-forge.ts'
import { missing } from '../support/missing-part.ts'
import { openRaw, type RawConnection } from '../support/raw-http.ts'
import { makeTestCa } from '../support/tls-files.ts'
import { FAMILIES } from './corpus/families.ts'
import { type WireAttack, wireWords } from './corpus/wire.ts'
import { printTable } from './table.ts'

const forge = await openForge()
const words = wireWords(forge)

test('exact bytes on one connection: every answer is the one that is right, and no more come', async (t) => {
  const service = await startRealService(t, forge)
  await tryAll(t, 'Exact bytes over HTTP/1.1', service.auth)
})

test('exact bytes over TLS: the same answers', async (t) => {
  const ca = await makeTestCa()
  if (ca === undefined) return t.skip(missing('openssl', 'no bytes are sent over TLS'))
  t.after(ca.remove)
  const { cert, key } = await ca.issue('localhost')
  const service = await startRealService(t, forge, [], { FORWARDGATE_TLS_CERT: cert, FORWARDGATE_TLS_KEY: key })
  await tryAll(t, 'Exact bytes over HTTP/1.1 and TLS', service.auth, { ca: ca.pem })
})

test('early close: half a request causes no decision, wherever it is cut', async (t) => {
  const service = await startRealService(t, forge)
  const whole = words.good(['Content-Length: 4'])
  const decided = () => service.logged().filter((line) => line.includes('"decision"')).length
  const before = decided()
  for (let at = 1; at < whole.length; at += 7) {
    const connection = await openRaw(service.auth)
    connection.send(whole.slice(0, at))
    connection.close()
  }
  await sleep(100)
  assert.equal(decided(), before)
  const answered = await openRaw(service.auth)
  t.after(() => answered.close())
  answered.send(words.good())
  assert.equal((await answered.read())?.status, 200)
})

async function tryAll(t: TestContext, title: string, origin: string, tls?: { readonly ca: Buffer }): Promise<void> {
  const rows: (string | number)[][] = []
  for (const family of FAMILIES) {
    const tried = family.attacks.flatMap(({ wire = [] }) => wire)
    if (tried.length === 0) continue
    let wrong = 0
    for (const attack of tried) {
      await t.test(attack.id, async () => {
        wrong += 1
        await play(attack, origin, tls)
        wrong -= 1
      })
    }
    const answers = tried.flatMap((attack) => attack.answers)
    rows.push([family.title, tried.length, answers.length, answers.filter((answer) => answer !== '200').length, wrong])
  }
  printTable(title, ['family', 'exchanges', 'answers', 'of them refusals', 'wrongly answered'], rows)
}

async function play(
  { id, bytes, answers, closed }: WireAttack,
  origin: string,
  tls?: { readonly ca: Buffer },
): Promise<void> {
  const connection = await openRaw(origin, tls)
  try {
    connection.send(Buffer.from(bytes(words), 'latin1'))
    for (const [at, wanted] of answers.entries())
      assert.equal(await nextAnswer(connection), wanted, `${id}: answer ${at}`)
    if (closed) {
      assert.equal(await nextAnswer(connection), 'closed', id)
      return
    }
    // Whatever was left in the buffers must not become the beginning of this one.
    connection.send(words.bare())
    assert.equal(await nextAnswer(connection), '401 credentials_missing', `${id}: what comes after`)
  } finally {
    connection.close()
  }
}

async function nextAnswer(connection: RawConnection): Promise<string> {
  const answer = await connection.read()
  if (answer === undefined) return 'closed'
  const reason = answer.headers.find(([name]) => name.toLowerCase() === 'x-forwardgate-reason')?.[1]
  return reason === undefined ? String(answer.status) : `${answer.status} ${reason}`
}
