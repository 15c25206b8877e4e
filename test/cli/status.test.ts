import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Status } from '../../src/status/status.ts'
import { SAMPLES, sampleRefusal, sampleStatus } from '../unit/status/sample-status.ts'
import { type RunOptions, run } from './run.ts'
import { serveStatus } from './status-server.ts'

async function runAgainst(status: Status | undefined, options: RunOptions = {}, args: readonly string[] = []) {
  const { url, stop } = await serveStatus(status)
  const result = await run(['status', url, ...args], options)
  await stop()
  return result
}

for (const [name, code, first] of [
  ['healthy', 0, 'Everything is fine'],
  ['issuer down', 1, '2 problems'],
  ['configuration refused', 1, 'The configuration of 12:03 UTC was refused'],
  ['login loop', 1, 'Every request to route grafana has been refused since 12:03 UTC'],
] as const) {
  test(`status says the state first, and in its exit code: ${name}`, async () => {
    const result = await runAgainst(SAMPLES[name])
    assert.deepEqual([result.code, result.stdout.split('\n')[0], result.stderr], [code, first, ''])
  })
}

test('a warning does not fail; not being ready is, also while nothing else is wrong', async () => {
  const warned = await runAgainst(sampleStatus({ lostLogLines: 3 }))
  assert.deepEqual([warned.code, warned.stdout.split('\n')[0]], [0, '3 log lines could not be written since the start'])
  assert.equal((await runAgainst(sampleStatus({ notReady: { kind: 'draining' } }))).code, 1)
})

test('it asks at FORWARDGATE_OPERATIONS_LISTEN if no URL is given', async () => {
  const { port, stop } = await serveStatus(SAMPLES.healthy)
  const { code } = await run(['status'], { env: { FORWARDGATE_OPERATIONS_LISTEN: `0.0.0.0:${port}` } })
  await stop()
  assert.equal(code, 0)
})

test('--format json is the body of /status.json', async () => {
  const { stdout } = await runAgainst(SAMPLES['login loop'], {}, ['--format', 'json'])
  assert.deepEqual(JSON.parse(stdout), JSON.parse(JSON.stringify(SAMPLES['login loop'])))
})

test('colours are for terminals; nothing that a token says moves the cursor or changes them', async () => {
  const hostile = sampleStatus({ refusals: [sampleRefusal({ sub: '\u001b[2J\u202eevil\u0000' })] })
  const piped = await runAgainst(hostile)
  assert.doesNotMatch(piped.stdout, /[\u0000\u001b\u202e]/)
  assert.match(piped.stdout, /sub \\u\{1b\}\[2J\\u\{202e\}evil\\u\{0\}/)
  const onTerminal = await runAgainst(hostile, { isTTY: true, columns: 80, env: { TERM: 'xterm' } })
  assert.match(onTerminal.stdout, /\u001b\[32mEverything is fine/)
  for (const line of onTerminal.stdout.replace(/\u001b\[\d+m/g, '').split('\n')) assert.ok(line.length <= 80, line)
})

for (const [what, url, code, reported] of [
  ['nothing answers', 'http://127.0.0.1:65535', 1, /does not answer with a status/],
  ['no URL', '127.0.0.1:9090', 2, /not an http or https URL; write it as/],
  ['another scheme', 'file:///etc/passwd', 2, /not an http or https URL/],
] as const) {
  test(`status says what is wrong with the place: ${what}`, async () => {
    const result = await run(['status', url])
    assert.equal(result.code, code)
    assert.match(`${result.stdout}${result.stderr}`, reported)
  })
}

test('a service that has no status page is recognised', async () => {
  const { code, stdout } = await runAgainst(undefined)
  assert.equal(code, 1)
  assert.match(stdout, /answers 404, not with a status/)
  assert.match(stdout, /FORWARDGATE_STATUS_PAGE=false/)
})
