import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Explanation } from '../../src/tools/explain/explanation.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'
import { makeClientKey, makeProof } from '../support/proof-maker.ts'
import { AT, CLAIMS, writeConfig } from './explain-sample.ts'
import { run } from './run.ts'

async function whatIf(t: TestContext, args: string, claims: unknown): Promise<Explanation> {
  const path = await writeConfig(t)
  const words = [
    'explain',
    '--config',
    path,
    '--claims',
    '-',
    '--at',
    String(AT),
    '--format',
    'json',
    ...args.split(' '),
  ]
  const { code, stdout, stderr } = await run(words, { stdin: JSON.stringify(claims) })
  assert.equal(code, 0, stdout + stderr)
  return JSON.parse(stdout)
}

const step = ({ steps }: Explanation, name: string) => steps.find((one) => one.step === name)

test('what if: claims are judged in full, without a signature, which is said', async (t) => {
  const explanation = await whatIf(t, '--route api', CLAIMS)
  assert.equal(`${explanation.outcome} ${explanation.reason}`, 'allow token')
  assert.equal(step(explanation, 'signature')?.result, 'skip')
  assert.equal(step(explanation, 'key')?.result, 'skip')
  assert.equal(explanation.token?.verified, false)
  assert.equal(explanation.secondsLeft, 600)
  assert.deepEqual(explanation.notes, ['No signature was checked: a key made for this run signed the claims.'])
  assert.ok(explanation.answer.headers.some(([name, value]) => name === 'X-Auth-Subject' && value === 'alice'))
})

test('what if: a rule that matches wants more, and says so', async (t) => {
  const explanation = await whatIf(t, '--route api --method DELETE', CLAIMS)
  assert.equal(explanation.reason, 'scope_insufficient')
  assert.equal(step(explanation, 'scopes')?.result, 'pass')
  assert.equal(step(explanation, 'claims')?.result, 'pass')
  assert.deepEqual(step(explanation, 'rules'), {
    step: 'rules',
    result: 'fail',
    detail: 'The access token lacks a required scope',
    expected: 'all of mcp:admin',
    actual: 'mcp:read',
  })
})

const WHAT_IFS: readonly (readonly [title: string, args: string, claims: unknown, ending: string])[] = [
  ['another issuer', '--route api', { ...CLAIMS, iss: 'https://id.example.com/' }, 'deny issuer_untrusted'],
  ['no iss', '--route api', { sub: 'x' }, 'deny issuer_untrusted'],
  ['no exp', '--route api', { ...CLAIMS, exp: undefined }, 'deny claim_invalid'],
  ['alg none', '--route api', { header: { alg: 'none' }, claims: CLAIMS }, 'deny algorithm_not_allowed'],
  ['an ID token', '--route api', { header: { typ: 'id+jwt' }, claims: CLAIMS }, 'deny token_type_not_allowed'],
  [
    'a typ as asked',
    '--route picky',
    { ...CLAIMS, iss: 'https://picky.example.com', aud: 'https://picky.example.com/mcp' },
    'allow token',
  ],
  [
    'PS256 where only RS256',
    '--route picky',
    { header: { alg: 'PS256' }, claims: { ...CLAIMS, iss: 'https://picky.example.com' } },
    'deny algorithm_not_allowed',
  ],
  [
    'a life too long',
    '--route picky',
    { ...CLAIMS, iss: 'https://picky.example.com', exp: AT + 7200 },
    'deny token_lifetime_exceeded',
  ],
  [
    'a shared secret',
    '--route secret',
    { ...CLAIMS, iss: 'https://shared.example.com', aud: 'https://secret.example.com/mcp' },
    'allow token',
  ],
  [
    'an observed route',
    '--route watched',
    { ...CLAIMS, aud: 'https://watched.example.com/mcp', scope: '' },
    'would_deny scope_insufficient',
  ],
  ['the second way in', '--route ways', { ...CLAIMS, aud: 'machines', azp: 'robot' }, 'allow token'],
  ['plain /verify', '--host api.example.com --uri /mcp/x?y', CLAIMS, 'allow token'],
  ['plain /verify, no route', '--host api.example.com --uri /other', CLAIMS, 'deny route_unknown'],
  ['a claim named claims', '--route api', { claims: CLAIMS, sub: 'x' }, 'deny issuer_untrusted'],
]

for (const [title, args, claims, ending] of WHAT_IFS) {
  test(`what if: ${title}`, async (t) => {
    const { outcome, reason } = await whatIf(t, args, claims)
    assert.equal(`${outcome} ${reason}`, ending)
  })
}

test('every algorithm that an issuer may use can be tried', async (t) => {
  for (const alg of ['RS256', 'RS384', 'PS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']) {
    const explanation = await whatIf(t, '--route api', { header: { alg }, claims: CLAIMS })
    assert.equal(explanation.reason, 'token', alg)
  }
})

test('the secret for the upstream, and a token in a claim, are not shown', async (t) => {
  const shared = { ...CLAIMS, iss: 'https://shared.example.com', aud: 'https://secret.example.com/mcp' }
  const secret = await whatIf(t, '--route secret', shared)
  assert.ok(secret.answer.headers.some(([name, value]) => name === 'Authorization' && /^\(not shown: 26 /.test(value)))
  assert.doesNotMatch(JSON.stringify(secret), /c2VjcmV0/)

  const inner = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJlLW9mLWFub3RoZXI'
  const claims = { ...CLAIMS, aud: 'https://exchanged.example.com/mcp', backend_token: inner }
  const exchanged = await whatIf(t, '--route exchanged', claims)
  assert.equal(exchanged.reason, 'token')
  assert.doesNotMatch(JSON.stringify(exchanged), /c2lnbmF0dXJl/)
  assert.match(JSON.stringify(exchanged), /\.\(signature\)/)
})

test('keys come from the issuer; while it is down the step says what was tried', async (t) => {
  const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
  t.after(() => issuer.stop())
  const config = `issuers: { main: ${issuer.issuer} }\nroutes: { api: { resource: https://api.example.com/mcp } }\n`
  const path = await writeConfig(t, config)
  const stdin = `Bearer ${issuer.mint({ aud: 'https://api.example.com/mcp' })}\n`
  const args = ['explain', '--config', path, '--route', 'api', '--token-file', '-']

  const good = await run(args, { stdin })
  assert.equal(good.code, 0)
  assert.match(good.stdout, /^pass {2}key +kid \S+ of issuers\.main \(1 in its set\)$/m)
  assert.match(good.stdout, /^allow: token$/m)
  assert.ok(!good.stdout.includes(stdin.trim().split('.')[2] ?? ''))

  issuer.fail(500, 'keys')
  const bad = await run(args, { stdin })
  assert.equal(bad.code, 0)
  assert.match(bad.stdout, /^FAIL {2}key +The keys of the issuer are currently unavailable$/m)
  assert.match(bad.stdout, /^ +actual: +issuers\.main: keys: .*status 500$/m)
  assert.match(bad.stdout, /^ {2}HTTP\/1\.1 503$/m)

  const asked = issuer.hits()
  await run(['explain', '--config', path, '--route', 'api'])
  await run([...args.slice(0, -2), '--claims', '-'], { stdin: JSON.stringify({ iss: issuer.issuer }) })
  assert.equal(issuer.hits(), asked, 'no issuer is asked without a token')
})

test('--jwks checks the signature without network; a forged token fails at it', async (t) => {
  const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
  t.after(() => issuer.stop())
  const path = await writeConfig(
    t,
    `issuers: { main: ${issuer.issuer} }\nroutes: { api: { resource: https://a.example.com } }\n`,
  )
  const keys = join(path, '../keys.json')
  await writeFile(keys, JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }))
  const args = ['explain', '--config', path, '--route', 'api', '--token-file', '-', '--jwks', keys]
  const token = issuer.mint({ aud: 'https://a.example.com' })
  const [good, forged] = await Promise.all([
    run(args, { stdin: token }),
    run(args, { stdin: `${token.slice(0, -6)}AAAAAA` }),
  ])
  assert.match(good.stdout, /^allow: token$/m)
  assert.match(forged.stdout, /^FAIL {2}signature +The signature of the access token is invalid$/m)
  assert.equal(issuer.hits(), 0)
})

test('--dpop-proof sends the token with its proof, and each refusal names its check', async (t) => {
  const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
  t.after(() => issuer.stop())
  const config = `issuers: { main: ${issuer.issuer} }\nroutes: { api: { resource: https://a.example.com/x } }\n`
  const path = await writeConfig(t, config)
  const [keys, file] = [join(path, '../keys.json'), join(path, '../proof.jwt')]
  await writeFile(keys, JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }))
  const client = await makeClientKey()
  const token = issuer.mint({ aud: 'https://a.example.com/x', cnf: { jkt: client.thumbprint } })
  const request = { method: 'GET', uri: 'https://a.example.com/x', token, now: Date.now() / 1000 }
  const args = ['explain', '--config', path, '--route', 'api', '--token-file', '-', '--jwks', keys]
  const explained = async (changes: object, ...more: readonly string[]) => {
    await writeFile(file, `DPoP: ${makeProof(client, { ...request, ...changes })}\n`)
    return (await run([...args, ...more], { stdin: `DPoP ${token}` })).stdout
  }
  assert.match(await explained({}, '--dpop-proof', file), /^pass {2}proof +holds, by the key/m)
  assert.match(await explained({ method: 'POST' }, '--dpop-proof', file), /^FAIL {2}proof .*\n.*expected: +GET/m)
  assert.match(await explained({}), /^FAIL {2}proof .*needs the scheme DPoP/m)
  const alone = await run(['explain', '--config', path, '--route', 'api', '--dpop-proof', file])
  assert.match(alone.stderr, /--dpop-proof needs --token-file/)
  assert.equal(alone.code, 2)
})

const LOCKED = `
issuers: { main: https://id.example.com }
routes:
  api:
    resource: https://api.example.com/mcp
    match: { hosts: [api.example.com], paths: [/mcp] }
    rules: [{ methods: [DELETE], scopes: [mcp:admin] }]
`

/** The steps that passed, and the one that failed. */
async function storyOf(t: TestContext, ...args: readonly string[]): Promise<string> {
  const path = await writeConfig(t, LOCKED)
  const { code, stdout } = await run(['explain', '--config', path, '--format', 'json', ...args])
  assert.equal(code, 0, stdout)
  const { steps }: Explanation = JSON.parse(stdout)
  return steps.flatMap(({ step, result }) => (result === 'skip' ? [] : `${result} ${step}`)).join(', ')
}

test('a method override is refused after the request was found to belong to its route, and that is reported', async (t) => {
  const override = ['--route', 'api', '--header', 'X-HTTP-Method-Override: DELETE']
  const before = 'pass route, pass forwarded request'
  assert.equal(await storyOf(t, ...override), `${before}, pass match, fail header names`)
  assert.equal(await storyOf(t, ...override, '--host', 'other.example.com'), `${before}, fail match`)
})

test('an ambiguous path is refused where the path decides, after the forwarded request was read', async (t) => {
  const ambiguous = ['--uri', '/mcp/../x']
  for (const host of ['api.example.com', 'other.example.com']) {
    const named = await storyOf(t, '--route', 'api', '--host', host, ...ambiguous)
    assert.equal(named, 'pass route, pass forwarded request, fail match')
  }
  assert.equal(await storyOf(t, '--host', 'api.example.com', ...ambiguous), 'pass forwarded request, fail route')
})
