import assert from 'node:assert/strict'
import { constants } from 'node:fs'
import { mkdir, open, readFile, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { flood } from '../../service/flood.ts'
import { forwardedHeaders } from '../../support/ask.ts'
import { folderFor } from '../../support/folder.ts'
import { requestHead } from '../../support/raw-http.ts'
import { until } from '../../support/service.ts'
import type { Fault, Observed } from './fault.ts'
import { type Gate, startMuteGate } from './gate.ts'
import { afterwards, makeFifo, mayMount } from './surroundings.ts'

/** More lines than a pipe holds, few enough for the service to keep. */
const REQUESTS = 900
/** Of the disk: room for all the lines, once the file that fills it up is gone. */
const DISK_KIB = 2048

/** What becomes of the place where the log goes. Every request is logged here. */
export const LOG_FAULTS: readonly Fault[] = [
  {
    name: 'The disk of the log is full',
    clientsSee: 'nothing',
    metricsSay: '`log_lines_lost_total`, once 1 MiB of lines waits',
    heals: 'room on the disk, within a second; the lines that waited are written then',
    possible: mayMount,
    run: meetFullDisk,
  },
  {
    name: 'The reader of the log has stopped reading',
    clientsSee: 'nothing',
    metricsSay: '`log_lines_lost_total`, once 1 MiB of lines waits',
    heals: 'a reader; the lines that waited come first, then one that says how many are lost',
    run: meetStuckReader,
  },
  {
    name: 'The reader of the log is gone',
    clientsSee: 'nothing',
    metricsSay: '`log_lines_lost_total` grows with every line',
    heals: 'a restart: there is nothing left to write to',
    run: meetGoneReader,
  },
]

/** Sends different requests, without a token unless one is given, each worth a line, and expects the usual answer to all of them. */
async function askMany(gate: Gate, count = REQUESTS, token?: string): Promise<string> {
  const requests = Array.from({ length: count }, (_, at) =>
    requestHead('GET /verify/api HTTP/1.1', [
      ['Host', 'gate'],
      ...forwardedHeaders({ uri: `/${'x'.repeat(150)}${at}`, ...(token === undefined ? {} : { token }) }),
    ]),
  )
  const statuses = await flood(gate.auth, requests)
  assert.deepEqual(statuses, new Map([[token === undefined ? 401 : 200, count]]))
  assert.equal((await gate.ask('api', { token: gate.token() })).status, 200)
  return `${count} without token 401, good one 200`
}

const lost = async (gate: Gate): Promise<number> =>
  (await gate.metric('log_lines_lost_total')) ?? assert.fail('no metric')

async function meetFullDisk(t: TestContext): Promise<Observed> {
  const disk = join(folderFor(t), 'disk')
  await mkdir(disk)
  // Seen by the process alone, and gone with it.
  const mount = `mount -t tmpfs -o size=${DISK_KIB}k tmpfs ${disk}`
  const gate = await startMuteGate(t, [
    'unshare',
    '--mount',
    ...afterwards(mount),
    ...afterwards(`head -c ${DISK_KIB}K /dev/zero > ${disk}/filler || true`),
    ...afterwards(`exec >> ${disk}/log`),
  ])
  const seen = `/proc/${gate.pid}/root${disk}`
  const clients = await askMany(gate)
  assert.equal((await statfs(seen)).bavail, 0, 'the disk is not full')
  assert.equal(await lost(gate), 0, 'they wait')
  const begin = performance.now()
  await rm(`${seen}/filler`)
  let text = ''
  await until('every line is written', async () => {
    text = await readFile(`${seen}/log`, 'utf8')
    return text.includes(`x${REQUESTS - 1}"`)
  })
  const healedMs = performance.now() - begin
  const written = text.split('\n').filter((line) => line.includes('"credentials_missing"')).length
  assert.equal(written, REQUESTS, 'lines of the time when it was full are missing')
  return { clients, metrics: `lost ${await lost(gate)}, written afterwards ${written}`, healedMs }
}

async function meetStuckReader(t: TestContext): Promise<Observed> {
  const fifo = join(folderFor(t), 'fifo')
  makeFifo(fifo)
  const reader = await open(fifo, constants.O_RDONLY | constants.O_NONBLOCK)
  t.after(() => reader.close())
  const gate = await startMuteGate(t, afterwards(`exec > ${fifo}`))
  const clients = await askMany(gate)
  // Different lines are limited to 1,000 a second, so that a mebibyte takes some seconds. Half of it is kept for callers
  // whose token held.
  while ((await lost(gate)) === 0) {
    await sleep(1000)
    await askMany(gate, REQUESTS, gate.token())
  }
  const gone = await lost(gate)
  const begin = performance.now()
  let text = ''
  await until('it says what is lost', async () => {
    const buffer = Buffer.alloc(1024 * 1024)
    const { bytesRead } = await reader.read(buffer).catch(() => ({ bytesRead: 0 }))
    text += buffer.toString('utf8', 0, bytesRead)
    return text.includes('"msg":"log lines lost"')
  })
  const healedMs = performance.now() - begin
  const reported = Number(/"lost":(\d+),"msg":"log lines lost"/.exec(text)?.[1])
  assert.ok(reported >= gone, `${reported} of ${gone} are reported`)
  return { clients, metrics: `lost ${gone}`, healedMs }
}

async function meetGoneReader(t: TestContext): Promise<Observed> {
  const fifo = join(folderFor(t), 'fifo')
  makeFifo(fifo)
  const reader = await open(fifo, constants.O_RDONLY | constants.O_NONBLOCK)
  const gate = await startMuteGate(t, afterwards(`exec > ${fifo}`))
  await reader.close()
  const clients = await askMany(gate)
  const gone = await lost(gate)
  assert.ok(gone >= REQUESTS, `${gone} are counted`)
  return { clients, metrics: `lost ${gone}`, healedMs: undefined }
}
