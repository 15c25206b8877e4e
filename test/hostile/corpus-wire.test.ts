import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRealService } from '../conformance/real-service.ts'
import { openForge } from '../conformance/token-forge.ts'
import { openRaw, type RawConnection } from '../support/raw-http.ts'
import { FAMILIES } from './corpus/families.ts'
import { type WireAttack, wireWords } from './corpus/wire.ts'
import { printTable } from './table.ts'

const forge = await openForge()
const words = wireWords(forge)

test('exact bytes on one connection: every answer is the one that is right, and no more come', async (t) => {
  const service = await startRealService(t, forge)
  const rows: (string | number)[][] = []
  for (const { title, attacks } of FAMILIES) {
    const tried = attacks.flatMap(({ wire = [] }) => wire)
    if (tried.length === 0) continue
    for (const attack of tried) await t.test(attack.id, () => play(attack, service.auth))
    const answers = tried.flatMap((attack) => attack.answers)
    rows.push([title, tried.length, answers.length, answers.filter((answer) => answer !== '200').length, 0])
  }
  printTable(
    'Exact bytes over HTTP/1.1',
    ['family', 'exchanges', 'answers', 'of them refusals', 'wrongly answered'],
    rows,
  )
})

test('early close: half a request is no decision, wherever it is cut', async (t) => {
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

async function play({ id, bytes, answers, closed }: WireAttack, origin: string): Promise<void> {
  const connection = await openRaw(origin)
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
