import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import { folderFor } from '../support/folder.ts'
import { run } from './run.ts'

const CONFIG = `
issuers: { main: https://id.example.com, robots: { tokensFile: tokens.yaml } }
routes:
  api:
    resource: https://api.example.com/mcp
    accept: [{ issuer: main }, { issuer: robots, scopes: [mcp:read, mcp:write] }]
  people: { resource: https://people.example.com, issuers: [main] }
  loose: { resource: https://loose.example.com, issuers: [robots], audience: unchecked, clientIds: [cron] }
  two: { resource: [https://one.example.com, https://two.example.com], issuers: [robots] }
`

async function configuration(t: TestContext, tokens: string): Promise<string> {
  const folder = folderFor(t)
  await writeFile(join(folder, 'config.yaml'), CONFIG)
  await writeFile(join(folder, 'tokens.yaml'), tokens)
  return join(folder, 'config.yaml')
}

interface Made {
  readonly token: string
  readonly entry: Readonly<Record<string, unknown>>
}

async function make(...args: readonly string[]): Promise<Made> {
  const { code, stdout, stderr } = await run(['token', 'new', ...args, '--format', 'json'])
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

test('a token of 256 random bits, recognisable by its prefix, and only its hash in the entry', async () => {
  const args = ['--sub', 'true', '--aud', 'https://api.example.com/mcp', '--scope', 'a b', '--client', 'cron']
  const [one, other] = await Promise.all([make(...args, '--expires', '90d'), make(...args, '--expires', '90d')])
  assert.match(one.token, /^fwg_[A-Za-z0-9_-]{43}$/)
  assert.notEqual(one.token, other.token)
  const { sha256, iat, exp, ...rest } = one.entry
  assert.equal(sha256, hash('sha256', one.token, 'hex'))
  assert.deepEqual(rest, { sub: 'true', aud: 'https://api.example.com/mcp', scope: 'a b', client_id: 'cron' })
  assert.equal(Date.parse(String(exp)) - Date.parse(String(iat)), 90 * 86_400_000)
  assert.ok(!JSON.stringify(one.entry).includes(one.token.slice(4)))
})

test('what is printed for people is an entry that YAML reads back, with the token once', async () => {
  const { code, stdout } = await run(['token', 'new', '--sub', 'true', '--aud', 'a: b', '--expires', '2999-01-01'])
  assert.equal(code, 0)
  const [token = ''] = /fwg_\S+/.exec(stdout) ?? []
  assert.equal(stdout.split(token).length, 2)
  const [entry] = parse(stdout.slice(stdout.indexOf('\n- ') + 1))
  assert.equal(entry.sha256, hash('sha256', token, 'hex'))
  assert.deepEqual([entry.sub, entry.aud, entry.exp], ['true', 'a: b', '2999-01-01T00:00:00Z'])
})

test('audience and scopes come from the route; the entry makes the token good there', async (t) => {
  const config = await configuration(t, '[]\n')
  const { token, entry } = await make('--sub', 'cron', '--expires', '1h', '--route', 'api', '--config', config)
  assert.equal(entry['aud'], 'https://api.example.com/mcp')
  assert.equal(entry['scope'], 'mcp:read mcp:write')
  const two = await make('--sub', 'cron', '--expires', '1h', '--route', 'two', '--config', config)
  const both = (origin: string) => [origin, `${origin}/`]
  assert.deepEqual(two.entry['aud'], [...both('https://one.example.com'), ...both('https://two.example.com')])

  const listed = await configuration(t, JSON.stringify([entry, two.entry]))
  const explained = (route: string, file: string, stdin: string) =>
    run(['explain', '--route', route, '--token-file', '-', '--config', file, '--format', 'json'], { stdin })
  const good = await explained('api', listed, `${token}\n`)
  const { outcome, reason, token: shown, steps } = JSON.parse(good.stdout)
  assert.deepEqual([outcome, reason, shown.verified, shown.claims.sub], ['allow', 'token', true, 'cron'])
  assert.ok(!good.stdout.includes(token.slice(4)), 'explain shows the token')
  const detail = (step: string) => steps.find((one: { step: string }) => one.step === step)
  assert.equal(detail('token').detail, 'not a JWT; its hash is in the tokens file')
  assert.equal(detail('issuer').detail, 'issuers.robots')
  assert.deepEqual([detail('signature').result, detail('token type').result], ['skip', 'pass'])
  assert.equal(JSON.parse((await explained('two', listed, token)).stdout).reason, 'audience_mismatch')
  assert.equal(JSON.parse((await explained('api', config, token)).stdout).reason, 'token_opaque')
})

test('what if: claims without iss are those of a static token', async (t) => {
  const config = await configuration(t, '[]\n')
  const claims = { sub: 'cron', aud: 'https://api.example.com/mcp', exp: 4e9 }
  const { stdout } = await run(['explain', '--route', 'api', '--claims', '-', '--config', config, '--format', 'json'], {
    stdin: JSON.stringify(claims),
  })
  const { reason, token } = JSON.parse(stdout)
  assert.deepEqual([reason, token.verified, token.claims], ['scope_insufficient', false, claims])
})

test('a policy test may have a static token', async (t) => {
  const config = await configuration(t, '[]\n')
  const row = (more: string, expect: string) =>
    `  - { name: "${expect}", request: { route: api }, issuer: robots, claims: { sub: cron${more} }, expect: { reason: ${expect}, headers: {} } }\n`
  const tests = `tests:\n${row(', scope: mcp:read mcp:write', 'token')}${row('', 'scope_insufficient')}${row(', aud: x', 'audience_mismatch')}`
  const { code, stdout } = await run(['test', '-', '--config', config], { stdin: tests })
  assert.equal(code, 0, stdout)
})

const MISUSE: readonly (readonly [args: string, stderr: RegExp])[] = [
  ['', /say "token new"/],
  ['make', /say "token new"/],
  ['new x', /takes no further argument "x"/],
  ['new', /--sub NAME/],
  ['new --sub a', /--expires is missing/],
  ['new --sub a --expires 90d', /--aud AUDIENCE, or --route NAME/],
  ['new --sub a --aud b --expires 0d', /"0d" is not a time in the future/],
  ['new --sub a --aud b --expires 2020-01-01', /"2020-01-01" is not a time in the future/],
  ['new --sub a --aud b --expires never', /"never" is not a time in the future/],
  ['new --sub a --expires 1d --config CONFIG --route apj', /"apj" is not in routes; did you mean "api"\?/],
  ['new --sub a --expires 1d --config CONFIG --route people', /"people" accepts no issuer with tokensFile/],
  ['new --sub a --expires 1d --config CONFIG --route loose', /"loose" does not check the audience; write --aud/],
  ['new --sub a --expires 1d --config /does/not/exist --route api', /there is no such file/],
]

for (const [args, expected] of MISUSE) {
  test(`exit code 2: forwardgate token ${args}`, async (t) => {
    const config = await configuration(t, '[]\n')
    const words = args
      .replace('CONFIG', config)
      .split(' ')
      .filter((word) => word !== '')
    const { code, stdout, stderr } = await run(['token', ...words])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, expected)
  })
}
