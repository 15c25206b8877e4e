import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogOutput, type LogSink, type LogWrite } from '../../../src/telemetry/log-output.ts'

/** A sink that answers on demand. */
function slowSink() {
  const written: string[] = []
  let answer: ((result: LogWrite) => void) | undefined
  let offered: Buffer = Buffer.alloc(0)
  const sink: LogSink = {
    write(bytes, done) {
      offered = bytes
      answer = done
    },
    close: () => written.push('closed'),
  }
  return {
    sink,
    written,
    offered: () => offered.toString(),
    take(bytes = offered.length) {
      written.push(offered.subarray(0, bytes).toString())
      answer?.({ kind: 'written', bytes })
    },
    fail: (kind: 'failed' | 'gone') => answer?.({ kind }),
  }
}

const at = () => Date.parse('2026-01-15T09:26:53.742Z')

test('lines that come while one is written go out together, in order', () => {
  const { sink, written, take } = slowSink()
  const output = new LogOutput(sink)
  for (const line of ['1\n', '2\n', '3\n']) output.write(line)
  take()
  take()
  assert.deepEqual(written, ['1\n', '2\n3\n'])
  assert.equal(output.lost(), 0)
})

test('a write that ends in the middle of a line goes on there', () => {
  const { sink, written, take } = slowSink()
  const output = new LogOutput(sink)
  output.write('12345\n')
  take(2)
  take()
  assert.deepEqual(written, ['12', '345\n'])
})

test('what waits is bounded: lines past it are counted, and the log says so where they are missing', () => {
  const { sink, written, take } = slowSink()
  const output = new LogOutput(sink, at, 10)
  for (const line of ['1234\n', '5678\n', 'lost\n', 'lost too\n']) output.write(line)
  assert.equal(output.lost(), 2)
  take()
  assert.equal(written.join(''), '1234\n')
  take()
  assert.equal(
    written[1],
    '{"level":"warn","time":"2026-01-15T09:26:53.742Z","lost":2,"msg":"log lines lost"}\n5678\n',
    'said once there is room',
  )
  output.write('more\n')
  take()
  assert.equal(written[2], 'more\n')
  assert.equal(output.lost(), 2)
})

test('a full disk keeps its lines: they are tried again a second later', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { sink, written, take, fail } = slowSink()
  const output = new LogOutput(sink)
  output.write('1\n')
  fail('failed')
  output.write('2\n')
  t.mock.timers.tick(1000)
  take()
  take()
  assert.deepEqual(written, ['1\n', '2\n'])
  assert.equal(output.lost(), 0)
})

test('after the reader is gone nothing is written, and nothing waits', async () => {
  const { sink, written, fail } = slowSink()
  const output = new LogOutput(sink)
  for (const line of ['1\n', '2\n']) output.write(line)
  fail('gone')
  output.write('3\n')
  assert.equal(output.lost(), 3)
  assert.deepEqual(written, ['closed'])
  await output.end(60_000)
})

test('the end waits for the last line', async () => {
  const { sink, written, take } = slowSink()
  const output = new LogOutput(sink)
  output.write('1\n')
  const ended = output.end(60_000)
  take()
  await ended
  assert.deepEqual(written, ['1\n'])
})

test('the end does not wait for a reader who does not read', async () => {
  const { sink, written } = slowSink()
  const output = new LogOutput(sink)
  output.write('1\n')
  await output.end(10)
  assert.deepEqual([written, output.lost()], [['closed'], 1])
})

test('it is crowded when more than half of its room is taken', () => {
  const { sink, take } = slowSink()
  const output = new LogOutput(sink, at, 10)
  output.write('1234\n')
  assert.equal(output.crowded(), false)
  output.write('5\n')
  assert.equal(output.crowded(), true)
  take()
  take()
  assert.equal(output.crowded(), false)
})
