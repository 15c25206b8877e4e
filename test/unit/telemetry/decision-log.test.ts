import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDecisionLog } from '../../../src/telemetry/decision-log.ts'
import type { DecisionRecord } from '../../../src/telemetry/decision-record.ts'

function open() {
  const lines: (DecisionRecord & { readonly suppressed?: number })[] = []
  const time = { now: 0 }
  const log = createDecisionLog({ line: (record) => lines.push(record), clock: () => time.now })
  return { lines, time, log }
}

function record(path: string): DecisionRecord {
  const labels = { route: 'api', issuer: 'none', outcome: 'deny', reason: 'credentials_missing' } as const
  return { ...labels, path, durationMs: 1 }
}

test('identical lines are limited per second and the rest is counted in the next one', () => {
  const { lines, time, log } = open()
  for (let at = 0; at < 25; at++) log.write(record('/a'))
  assert.equal(lines.length, 10)
  log.write(record('/b'))
  assert.equal(lines.length, 11, 'another line is not held back')
  time.now = 1000
  log.write(record('/a'))
  assert.equal(lines.at(-1)?.suppressed, 15)
  log.write(record('/a'))
  assert.equal(lines.at(-1)?.suppressed, undefined)
})

test('a flood of different lines never silences the log for longer than a second', () => {
  const { lines, time, log } = open()
  for (let at = 0; at < 1_000; at++) for (let times = 0; times < 11; times++) log.write(record(`/${at}`))
  log.write(record('/one-too-many'))
  assert.equal(lines.length, 10_000)
  time.now = 1000
  log.write(record('/honest'))
  assert.equal(lines.at(-1)?.path, '/honest')
  time.now = 2000
  log.write(record('/honest'))
  const counted = lines.reduce((sum, line) => sum + (line.suppressed ?? 0), 0)
  assert.equal(counted, 1_001, 'what was left out is counted, also when it never comes again')
})

test('errors are warnings, everything else is information; a limit holds for each kind of line alone', () => {
  const levels: string[] = []
  const log = createDecisionLog({ line: (_, level) => levels.push(level), clock: () => 0 })
  log.write(record('/a'))
  log.write({ ...record('/a'), outcome: 'error', reason: 'keys_unavailable' })
  log.write({ ...record('/a'), outcome: 'allow', reason: 'token' })
  assert.deepEqual(levels, ['info', 'warn', 'info'])
  for (const sub of ['alice', 'bob']) for (let at = 0; at < 11; at++) log.write({ ...record('/a'), sub })
  assert.equal(levels.length, 23)
})

test('the duration, the request id and the evidence of a line do not make it another one', () => {
  const { lines, log } = open()
  for (let at = 0; at < 20; at++) log.write({ ...record('/a'), durationMs: at, requestId: `${at}`, evidence: { at } })
  assert.equal(lines.length, 10)
})
