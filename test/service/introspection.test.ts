import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { startIssuer } from '../../lab/issuer.ts'
import { forwardedHeaders } from '../support/ask.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { folderFor } from '../support/folder.ts'
import { RESOURCE, startTestService, type TestService, until } from '../support/service.ts'

const OTHER = 'https://api.example.com/other'
const TOKEN = 'opaque-token-0123456789'
const SECRET = 'the-secret-of-the-gate'

const configuration = (issuer: FakeIssuer, folder: string, more = '') => `
issuers:
  main:
    issuer: ${issuer.issuer}
    introspection: { endpoint: "${issuer.introspectionUri}", clientId: gate, clientSecretFile: ${folder}/client.secret ${more} }
routes:
  api: { resource: ${RESOURCE}, scopes: [mcp:read] }
  other: { resource: ${OTHER} }
`

async function start(t: TestContext, more = '', now?: () => number): Promise<TestService> {
  const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
  t.after(() => issuer.stop())
  const folder = folderFor(t)
  await writeFile(join(folder, 'client.secret'), `${SECRET}\n`)
  return startTestService(t, {
    issuer,
    yaml: () => configuration(issuer, folder, more),
    ...(now === undefined ? {} : { now }),
  })
}

const said = (changes: object = {}) => ({
  active: true,
  sub: 'alice',
  aud: [RESOURCE, OTHER],
  scope: 'mcp:read',
  client_id: 'cron',
  exp: Math.floor(Date.now() / 1000) + 300,
  ...changes,
})

async function reasonOf(gate: TestService, token = TOKEN, route = 'api'): Promise<string | undefined> {
  const { status, headers } = await gate.ask(route, { token })
  return status === 200 ? `200 ${headers.get('x-auth-subject')}` : headers.get('x-forwardgate-reason')?.[0]
}

describe('introspection', () => {
  it('asks once for many requests, with the secret of the file, and never for a JWT', async (t) => {
    const gate = await start(t)
    gate.issuer.introspects({ [TOKEN]: said() })
    for (const _ of [1, 2, 3]) assert.equal(await reasonOf(gate), '200 alice')
    assert.equal(gate.issuer.questions.length, 1)
    const [question] = gate.issuer.questions
    assert.equal(question?.authorization, `Basic ${Buffer.from(`gate:${SECRET}`).toString('base64')}`)
    assert.equal(question?.form.get('token'), TOKEN)

    const jwt = gate.issuer.mint({ aud: RESOURCE, scope: 'mcp:read' })
    assert.equal(await reasonOf(gate, jwt), '200 alice')
    assert.equal(await reasonOf(gate, `${jwt.slice(0, -8)}AAAAAAAA`), 'signature_invalid')
    assert.equal(await reasonOf(gate, jwt.replace(/\.[^.]*$/, '')), 'token_malformed')
    assert.equal(gate.issuer.questions.length, 1)

    assert.equal(await gate.metric('introspections_total{issuer="main",outcome="active"}'), 1)
    assert.ok(!JSON.stringify(gate.lines()).includes(SECRET), 'the secret is in the log')
  })

  it('one question while the first is under way', async (t) => {
    const gate = await start(t)
    gate.issuer.introspects({ [TOKEN]: said() })
    const answers = await Promise.all([1, 2, 3, 4].map(() => reasonOf(gate)))
    assert.deepEqual([...new Set(answers)], ['200 alice'])
    assert.equal(gate.issuer.questions.length, 1)
  })

  it('a token that is not active is refused, and remembered for a moment', async (t) => {
    const gate = await start(t)
    const { status, challenge } = await gate.ask('api', { token: TOKEN })
    assert.equal(status, 401)
    assert.match(challenge ?? '', /error="invalid_token", error_description="The access token was revoked"$/)
    assert.equal(await reasonOf(gate), 'token_revoked')
    assert.equal(gate.issuer.questions.length, 1)
    assert.equal(await gate.metric('introspections_total{issuer="main",outcome="inactive"}'), 1)
  })

  it('a revoked token passes for cacheFor at most', async (t) => {
    const gate = await start(t, ', cacheFor: 300ms')
    gate.issuer.introspects({ [TOKEN]: said() })
    assert.equal(await reasonOf(gate), '200 alice')
    gate.issuer.introspects({})
    await until('it is asked again', async () => (await reasonOf(gate)) === 'token_revoked')
    assert.equal(gate.issuer.questions.length, 2)
  })

  it('exp ends a token that is in the cache', async (t) => {
    let ahead = 0
    const gate = await start(t, '', () => Date.now() + ahead)
    gate.issuer.introspects({ [TOKEN]: said() })
    assert.equal(await reasonOf(gate), '200 alice')
    ahead = 331_000
    assert.equal(await reasonOf(gate), 'token_expired')
    assert.equal(gate.issuer.questions.length, 1)
  })

  it('an unusable answer is asked for once, too', async (t) => {
    const gate = await start(t)
    gate.issuer.introspects({ [TOKEN]: said({ iss: 'https://evil.example.com' }) })
    for (const _ of [1, 2, 3]) assert.equal(await reasonOf(gate), 'issuer_untrusted')
    assert.equal(gate.issuer.questions.length, 1)
  })

  const FAULTS: Readonly<Record<string, (issuer: FakeIssuer) => void>> = {
    '500': (issuer) => issuer.fail(500, 'introspection'),
    'the secret is refused': (issuer) => issuer.fail(401, 'introspection'),
    HTML: (issuer) => issuer.html('introspection'),
    'a redirect': (issuer) => issuer.redirect(`${issuer.origin}/elsewhere`, 'introspection'),
    '50 MiB': (issuer) => issuer.oversize(50 * 1024 * 1024, { scope: 'introspection' }),
    'active as a text': (issuer) => issuer.answer('{"active":"true"}', 'introspection'),
    'no active': (issuer) => issuer.answer('{"sub":"alice"}', 'introspection'),
  }
  it('a broken endpoint is 503 without a challenge, is never remembered, and heals immediately', async (t) => {
    const gate = await start(t)
    const { issuer } = gate
    issuer.introspects({ [TOKEN]: said() })
    let failures = 0
    for (const [what, breaks] of Object.entries(FAULTS)) {
      breaks(issuer)
      const { status, challenge, headers } = await gate.ask('api', { token: `${TOKEN}-${failures}` })
      assert.deepEqual(
        [status, challenge, headers.get('retry-after'), headers.get('x-forwardgate-reason')],
        [503, undefined, ['5'], ['introspection_unavailable']],
        what,
      )
      assert.equal(await gate.metric('introspections_total{issuer="main",outcome="failure"}'), ++failures, what)
    }
    assert.equal(issuer.hits('/elsewhere'), 0, 'a redirect was followed')
    assert.equal(await reasonOf(gate), 'introspection_unavailable')
    issuer.recover()
    assert.equal(await reasonOf(gate), '200 alice')
    const said503 = gate.lines().filter(({ msg }) => msg === 'introspection failed')
    assert.equal(said503.length, Object.keys(FAULTS).length - 1, 'the two answers without active are one kind')
    assert.ok(gate.lines().some(({ msg }) => msg === 'introspection works again'))
  })

  it('an endpoint that hangs costs 5 s, and not the tokens that are known', async (t) => {
    const gate = await start(t)
    gate.issuer.introspects({ [TOKEN]: said() })
    assert.equal(await reasonOf(gate), '200 alice')
    gate.issuer.hang('introspection')
    const begun = performance.now()
    const waiting = fetch(`${gate.auth}/verify/api`, {
      headers: Object.fromEntries(forwardedHeaders({ token: `${TOKEN}-new` })),
    })
    assert.equal(await reasonOf(gate), '200 alice')
    assert.equal((await waiting).headers.get('x-forwardgate-reason'), 'introspection_unavailable')
    assert.ok(performance.now() - begun >= 4_900)
  })

  it('the secret is read again when it changes', async (t) => {
    const issuer = await startFakeIssuer({ algorithms: ['ES256'] })
    t.after(() => issuer.stop())
    issuer.introspects({ [TOKEN]: said() })
    const folder = folderFor(t)
    const file = join(folder, 'client.secret')
    await writeFile(file, 'first\n')
    const gate = await startTestService(t, { issuer, yaml: () => configuration(issuer, folder, ', cacheFor: 0s') })
    const sent = async () => {
      await reasonOf(gate)
      return Buffer.from(issuer.questions.at(-1)?.authorization?.slice(6) ?? '', 'base64').toString()
    }
    assert.equal(await sent(), 'gate:first')
    await writeFile(file, 'second\n')
    await until('the new secret is sent', async () => (await sent()) === 'gate:second')
  })

  it('a real issuer: opaque tokens by client credentials, found by discovery, refused after their revocation', async (t) => {
    const robot = { id: 'cron', secret: 'a-secret-of-the-robot' }
    const gateClient = { id: 'gate', secret: SECRET }
    const issuer = await startIssuer({
      resources: [{ resource: RESOURCE, scopes: ['mcp:read'], opaque: true }],
      robots: [robot, gateClient],
    })
    t.after(() => issuer.stop())
    const folder = folderFor(t)
    await writeFile(join(folder, 'client.secret'), SECRET)
    const gate = await startTestService(t, {
      yaml: () => `
issuers:
  main:
    issuer: ${issuer.url}
    introspection: { clientId: gate, clientSecretFile: ${folder}/client.secret, cacheFor: 100ms }
routes: { api: { resource: ${RESOURCE}, scopes: [mcp:read], identityHeaders: { X-Auth-Subject: "@client" } } }
`,
    })
    const token = await issuer.token(robot, RESOURCE, ['mcp:read'])
    assert.doesNotMatch(token, /\./)
    assert.equal(await reasonOf(gate, token), '200 cron')
    assert.equal(await reasonOf(gate, `${token.slice(0, -1)}${token.endsWith('_') ? '-' : '_'}`), 'token_revoked')
    await issuer.revoke(robot, token)
    await until('it is refused', async () => (await reasonOf(gate, token)) === 'token_revoked')
    assert.equal((await gate.ask('api')).challenge?.includes('resource_metadata'), true)
  })
})
