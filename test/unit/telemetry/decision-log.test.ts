import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createDecisionLog, type DecisionLog } from '../../../src/telemetry/decision-log.ts'
import type { Caller, DecisionRecord } from '../../../src/telemetry/decision-record.ts'

function open() {
  const lines: (DecisionRecord & { readonly suppressed?: number })[] = []
  const time = { now: 0 }
  const output = { crowded: false }
  const leftOut = { accepted: 0, refused: 0, unverified: 0 }
  const log = createDecisionLog({
    line: (record) => lines.push(record),
    clock: () => time.now,
    crowded: () => output.crowded,
    onLeftOut: (caller) => {
      leftOut[caller] += 1
    },
  })
  return { lines, time, log, output, leftOut }
}

/** As the service writes: records that differ in these fields are of different kinds. */
function write(log: DecisionLog, entry: DecisionRecord, caller: Caller = 'unverified'): void {
  const { durationMs: _, requestId: __, evidence: ___, ...kind } = entry
  log.write(caller, Object.values(kind).map(String), () => entry)
}

function record(path: string): DecisionRecord {
  const labels = { route: 'api', issuer: 'none', outcome: 'deny', reason: 'credentials_missing' } as const
  return { ...labels, path, durationMs: 1 }
}

test('identical lines are limited per second and the rest is counted in the next one', () => {
  const { lines, time, log } = open()
  for (let at = 0; at < 25; at++) write(log, record('/a'))
  assert.equal(lines.length, 10)
  write(log, record('/b'))
  assert.equal(lines.length, 11, 'another line is not held back')
  time.now = 1000
  write(log, record('/a'))
  assert.equal(lines.at(-1)?.suppressed, 15)
  write(log, record('/a'))
  assert.equal(lines.at(-1)?.suppressed, undefined)
})

test('what was left out of a line is counted in that line, also after one that says the same and more', () => {
  const { lines, time, log } = open()
  for (let at = 0; at < 25; at++) write(log, record('/a'))
  time.now = 1000
  write(log, { ...record('/a'), mcpMethod: 'tools/call', mcpName: 'status' })
  assert.equal(lines.at(-1)?.suppressed, undefined)
  write(log, record('/a'))
  assert.equal(lines.at(-1)?.suppressed, 15)
})

test('a flood of different lines never silences the log for longer than a second', () => {
  const { lines, time, log } = open()
  for (let at = 0; at < 1_000; at++) for (let times = 0; times < 11; times++) write(log, record(`/${at}`))
  write(log, record('/one-too-many'))
  assert.equal(lines.length, 10_000)
  time.now = 1000
  write(log, record('/honest'))
  assert.equal(lines.at(-1)?.path, '/honest')
  time.now = 2000
  write(log, record('/honest'))
  const counted = lines.reduce((sum, line) => sum + (line.suppressed ?? 0), 0)
  assert.equal(counted, 1_001, 'what was left out is counted, also when it never comes again')
})

test('errors are warnings, everything else is information; a limit holds for each kind of line alone', () => {
  const levels: string[] = []
  const ports = { clock: () => 0, crowded: () => false, onLeftOut: () => {} }
  const log = createDecisionLog({ line: (_, level) => levels.push(level), ...ports })
  write(log, record('/a'))
  write(log, { ...record('/a'), outcome: 'error', reason: 'keys_unavailable' })
  write(log, { ...record('/a'), outcome: 'allow', reason: 'token' })
  assert.deepEqual(levels, ['info', 'warn', 'info'])
  for (const sub of ['alice', 'bob']) for (let at = 0; at < 11; at++) write(log, { ...record('/a'), sub })
  assert.equal(levels.length, 23)
})

test('a line that is not written is not built', () => {
  const { log } = open()
  let built = 0
  for (let at = 0; at < 25; at++) {
    log.write('unverified', ['kind'], () => {
      built++
      return record('/a')
    })
  }
  assert.equal(built, 10)
})

test('what strangers send takes no line from a caller whose token held', () => {
  const { lines, log, leftOut } = open()
  for (let at = 0; at < 2_000; at++) write(log, record(`/junk/${at}`))
  for (let at = 0; at < 2_000; at++) write(log, record(`/old-token/${at}`), 'refused')
  const before = lines.length
  for (let at = 0; at < 20; at++) write(log, record('/honest'), 'accepted')
  assert.equal(lines.length, before + 20)
  assert.ok(
    lines.slice(before).every(({ suppressed }) => suppressed === undefined),
    'nothing of theirs was left out',
  )
  assert.deepEqual(leftOut, { accepted: 0, refused: 1_000, unverified: 1_000 })
})

test('while the log falls behind, what room there is belongs to callers whose token held', () => {
  const { lines, log, output, leftOut } = open()
  output.crowded = true
  write(log, record('/junk'))
  write(log, record('/old-token'), 'refused')
  write(log, record('/honest'), 'accepted')
  assert.deepEqual(
    lines.map(({ path }) => path),
    ['/honest'],
  )
  assert.deepEqual(leftOut, { accepted: 0, refused: 1, unverified: 1 })
  output.crowded = false
  write(log, record('/junk'))
  assert.equal(lines.at(-1)?.suppressed, 1)
})

test('a line that is counted holds no more of a request than its own parts', () => {
  const { log } = open()
  setFlagsFromString('--expose_gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  const before = process.memoryUsage().heapUsed
  for (let at = 0; at < 500; at++) {
    const target = Buffer.from(`/a/path/of/its/own/${at}?${'q'.repeat(60_000)}`).toString('latin1')
    const path = target.slice(0, target.indexOf('?'))
    log.write('unverified', [path], () => record('/a'))
  }
  collect()
  assert.ok(process.memoryUsage().heapUsed - before < 5_000_000)
  log.write('unverified', ['/'], () => record('/'))
})
