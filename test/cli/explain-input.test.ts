import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DENIALS } from '../../src/decision/denial.ts'
import { CLAIMS, writeConfig } from './explain-sample.ts'
import { run, runProcess } from './run.ts'

const BAD_INPUT: readonly (readonly [title: string, args: readonly string[], stdin: string, expected: RegExp])[] = [
  [
    'claims that are not JSON',
    ['--route', 'api', '--claims', '-'],
    '{',
    /standard input: is not a JSON object of claims/,
  ],
  ['claims that are a list', ['--route', 'api', '--claims', '-'], '[]', /is not a JSON object/],
  [
    'a missing file',
    ['--route', 'api', '--token-file', 'no-such-file'],
    '',
    /no-such-file: cannot be read: there is no such file/,
  ],
  ['a file without end', ['--route', 'api', '--token-file', '/dev/zero'], '', /is larger than 8 MiB/],
  ['a folder', ['--route', 'api', '--token-file', '.'], '', /it is a directory/],
  ['a time that is none', ['--route', 'api', '--at', 'soon'], '', /--at: "soon" is not a time/],
  ['a header that is none', ['--route', 'api', '--header', 'Origin'], '', /"Origin" is not a header/],
  ['a header of the proxy', ['--route', 'api', '--header', 'X-Forwarded-Uri: /x'], '', /is written by the proxy/],
  ['a call that is none', ['--call', '-'], 'hello\n', /line 1 is not a request line/],
  ['a call to another place', ['--call', '-'], 'GET /readyz HTTP/1.1\n', /\/readyz is not \/verify/],
  ['a call with a broken header', ['--call', '-'], 'GET /verify/api HTTP/1.1\nX\n', /line 2 is not a header/],
  ['a key set that is not JSON', ['--route', 'api', '--jwks', '-'], 'x', /is not JSON; it must hold a key set/],
]

for (const [title, args, stdin, expected] of BAD_INPUT) {
  test(`exit code 2: ${title}`, async (t) => {
    const words = ['explain', '--config', await writeConfig(t), ...args]
    const text = await run(words, { stdin })
    assert.deepEqual([text.code, text.stdout], [2, ''])
    assert.match(text.stderr, expected)
    const json = await run([...words, '--format', 'json'], { stdin })
    assert.deepEqual([json.code, json.stderr], [2, ''])
    assert.equal(JSON.parse(json.stdout).findings[0].severity, 'error')
  })
}

test('exit code 2: a configuration that is missing or wrong, every problem with its place', async (t) => {
  const missing = await run(['explain', '--route', 'api', '--config', 'no-such.yaml'])
  assert.equal(missing.code, 2)
  assert.match(missing.stderr, /no-such\.yaml/)
  const path = await writeConfig(t, 'issuers: { main: https://id.example.com }\nroutes: { api: { resorce: x } }\n')
  const wrong = await run(['explain', '--route', 'api', '--config', path])
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /config\.yaml:2:\d+: error: routes\.api\.resorce: .*did you mean "resource"/)
  const variable = await run(['explain', '--route', 'api', '--config', path], { env: { FORWARDGATE_CONFG: 'x' } })
  assert.match(variable.stderr, /FORWARDGATE_CONFG: unknown variable/)
})

test('the environment counts as for serve: the reason can be kept from the answer', async (t) => {
  const env = { FORWARDGATE_CONFIG: await writeConfig(t), FORWARDGATE_EXPOSE_REASON: 'false' }
  const { stdout } = await run(['explain', '--route', 'api'], { env })
  assert.match(stdout, /^deny: credentials_missing/m)
  assert.doesNotMatch(stdout, /X-Forwardgate-Reason|"reason"/)
})

test('the page of every reason can be read without the documents, and without a configuration', async () => {
  for (const [reason, { message, status }] of Object.entries(DENIALS)) {
    const { code, stdout } = await run(['explain', '--reason', reason])
    assert.equal(code, 0)
    for (const part of [`${reason}\n${message}.`, `Answer: ${status}, `, '\nUsual cause: ', '\nFix: '])
      assert.ok(stdout.includes(part), `${reason}: ${part}`)
    assert.doesNotMatch(stdout, /\]\(|\*\*|---/)
  }
  const { stdout } = await run(['explain', '--reason', 'key_unknown', '--format', 'json'])
  assert.equal(JSON.parse(stdout).error, 'invalid_token')
})

test('what a token holds cannot steer the terminal', async (t) => {
  const path = await writeConfig(t)
  const stdin = JSON.stringify({ ...CLAIMS, iss: '\u001b[2Jhttps://id.example.com', sub: '\u001b[31m' })
  const { stdout } = await run(['explain', '--config', path, '--route', 'api', '--claims', '-'], { stdin })
  assert.match(stdout, /^FAIL {2}issuer/m)
  assert.doesNotMatch(stdout, /\u001b/)
})

test('as a process: exit code 0 on a denial, and colours only when forced', async (t) => {
  const args = ['explain', '--config', await writeConfig(t), '--route', 'api']
  const [plain, coloured] = await Promise.all([runProcess(args), runProcess(args, { env: { FORCE_COLOR: '1' } })])
  assert.deepEqual([plain.code, plain.stderr, coloured.code], [0, '', 0])
  assert.doesNotMatch(plain.stdout, /\u001b/)
  assert.match(coloured.stdout, /\u001b\[31mFAIL\u001b/)
})
