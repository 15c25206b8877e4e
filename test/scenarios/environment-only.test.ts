import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { decodeProtectedHeader } from 'jose'
import { startIssuer } from '../../lab/issuer.ts'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import { DENIALS } from '../../src/decision/denial.ts'
import { runGate } from '../service/child.ts'
import { type FakeIssuer, startFakeIssuer } from '../support/fake-issuer.ts'
import { makeSigningKey } from '../support/fake-issuer-keys.ts'
import { until } from '../support/service.ts'
import { REDIRECT_URI } from './clients/account.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { curl, refusal } from './support/http.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { likeApi } from './support/provider-shapes.ts'
import { example, exampleFile, startSystem } from './support/system.ts'

const PROGRAMS = [SDK_V1, SDK_V2]
const robot = { id: 'your-client-id', secret: 'your-client-secret' }
const late = { id: 'late-client', secret: 'a-late-secret' }
const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize' }

for (const algorithm of ['RS256', 'ES256'] as const) {
  test(`environment-only: ${algorithm}, found by discovery; clients register at the provider`, async (t) => {
    const issuer = await startIssuer({
      resources: [],
      robots: [robot, late],
      shape: likeApi('mcp-api', { algorithm, late: late.id }),
    })
    t.after(() => issuer.stop())
    const other = await startIssuer({
      resources: [],
      robots: [robot],
      shape: likeApi('another-api', { algorithm }),
    })
    t.after(() => other.stop())
    const server = await startMcpServer({ name: 'cnpg-mcp-server' })
    t.after(() => server.stop())
    const system = await startSystem(t, example('environment-only'), async (origin) => ({
      urls: { 'https://api.example.com': origin, 'https://auth.example.com': issuer.url },
      services: { 'cnpg-mcp-server': server.origin },
    }))
    const mcp = `${system.origin}/mcp`

    for (const program of PROGRAMS) {
      await t.test(
        `${program.name} | gets nothing but the URL: discovers, registers, logs in, calls a tool`,
        async () => {
          const session = await program.open(mcp, { kind: 'registers' })
          assert.equal(JSON.parse(await session.call('whoami')).extra.subject, 'alice')
          assert.equal(decodeProtectedHeader(session.accessToken() ?? '').alg, algorithm)
          await session.close()
        },
      )
    }

    await t.test('curl | a token by client credentials; /health without one', async () => {
      const form = {
        grant_type: 'client_credentials',
        client_id: robot.id,
        client_secret: robot.secret,
        audience: 'mcp-api',
      }
      const token = String((await curl(issuer.tokenEndpoint, { form })).json()['access_token'])
      const headers = { Accept: 'application/json, text/event-stream', 'X-Auth-Subject': 'root' }
      const messages = server.messages()
      assert.equal((await curl(mcp, { token, headers, body: initialize })).reason, null)
      assert.equal(server.messages(), messages + 1)
      assert.equal(server.arrivals.at(-1)?.headers['x-auth-subject'], robot.id, 'not what the client wrote')
      assert.deepEqual((await curl(`${system.origin}/health`)).json(), { status: 'healthy' })
    })

    await t.test('curl | what must not get in does not', async () => {
      const messages = server.messages()
      const tokenOf = async (endpoint: string, client: typeof robot) =>
        String(
          (
            await curl(endpoint, {
              form: { grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret },
            })
          ).json()['access_token'],
        )
      const refused = async (token?: string) => refusal(await curl(mcp, { body: initialize, token }))
      assert.equal(await refused(), '401 credentials_missing')
      assert.equal(await refused(await tokenOf(issuer.tokenEndpoint, late)), '401 token_expired')
      assert.equal(await refused(await tokenOf(other.tokenEndpoint, robot)), '401 issuer_untrusted')
      assert.equal(server.messages(), messages)
    })
  })
}

test('environment-only: DCR_PROXY_URL, for a provider without registration', async (t) => {
  const issuer = await startIssuer({
    resources: [],
    apps: [{ id: 'made-by-hand', redirectUris: [REDIRECT_URI] }],
    shape: likeApi('mcp-api', { algorithm: 'RS256', registration: false }),
  })
  t.after(() => issuer.stop())
  const server = await startMcpServer({ name: 'cnpg-mcp-server' })
  t.after(() => server.stop())
  // What the guide outlines: it knows a client at the provider, and answers in the form of RFC 7591.
  const registrations = createServer((request, response) => {
    json(request).then(
      (asked) => {
        const answer = { ...Object(asked), client_id: 'made-by-hand', token_endpoint_auth_method: 'none' }
        response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer))
      },
      () => response.writeHead(400).end(),
    )
  })
  const proxy = `http://127.0.0.1:${await listenOnLoopback(registrations)}/register`
  t.after(() => closeNow(registrations))
  const files = example('environment-only')
  const variables = files.variables.replace(/^#(DCR_PROXY_URL=)/m, '$1')
  const system = await startSystem(t, { ...files, variables }, async (origin) => ({
    urls: {
      'https://api.example.com': origin,
      'https://auth.example.com': issuer.url,
      'https://dcr-proxy.example.com/register': proxy,
    },
    services: { 'cnpg-mcp-server': server.origin },
  }))
  for (const program of PROGRAMS) {
    await t.test(`${program.name} | registers there, logs in at the provider, calls a tool`, async () => {
      const session = await program.open(`${system.origin}/mcp`, { kind: 'registers' })
      assert.equal(JSON.parse(await session.call('whoami')).clientId, 'made-by-hand')
      assert.ok(session.exchanges.some(({ url, method }) => url === proxy && method === 'POST'))
      assert.equal(session.logins[0]?.origin, new URL(issuer.url).origin)
      await session.close()
    })
  }
})

/** An error of the guides' troubleshooting, and what it is here. */
interface Trouble {
  readonly theirs: string
  readonly cause: string
  readonly reason: keyof typeof DENIALS
  /** What else the log says. */
  readonly log: string
  readonly token: (issuer: FakeIssuer, resource: string) => Promise<string | undefined> | string | undefined
}

const TROUBLES: readonly Trouble[] = [
  {
    theirs: 'Missing Authorization header',
    cause: 'no token',
    reason: 'credentials_missing',
    log: '"reason":"credentials_missing"',
    token: () => undefined,
  },
  {
    theirs: 'Invalid issuer',
    cause: 'a slash too many in OIDC_ISSUER, or too few',
    reason: 'issuer_untrusted',
    log: '"hint":"differs from issuers.default only by a trailing slash"',
    token: (issuer) => issuer.mint({ aud: 'mcp-api', iss: `${issuer.issuer}/` }),
  },
  {
    theirs: 'Invalid audience',
    cause: 'the issuer writes something else into aud',
    reason: 'audience_mismatch',
    log: '"expected":["mcp-api"],"actual":["account"]',
    token: (issuer) => issuer.mint({ aud: 'account' }),
  },
  {
    theirs: 'Token verification failed',
    cause: 'it expired',
    reason: 'token_expired',
    log: '"secondsPast":',
    token: (issuer) => issuer.mint({ aud: 'mcp-api', exp: Math.floor(Date.now() / 1000) - 90 }),
  },
  {
    theirs: 'Token verification failed',
    cause: 'signed with another key under the same kid',
    reason: 'signature_invalid',
    log: '"reason":"signature_invalid"',
    token: async (issuer) => issuer.mint({ aud: 'mcp-api' }, { key: (await makeSigningKey('RS256')).privateKey }),
  },
  {
    theirs: 'Token verification failed',
    cause: 'signed with a key that the issuer does not publish',
    reason: 'key_unknown',
    log: '"reason":"key_unknown"',
    token: (issuer) => issuer.mint({ aud: 'mcp-api' }, { kid: 'no-such-key' }),
  },
  {
    theirs: 'Invalid token',
    cause: 'no JWT: the issuer gave an opaque token, as Auth0 does if no audience was requested',
    reason: 'token_opaque',
    log: '"reason":"token_opaque"',
    token: () => 'ya29.a0AfH6SMBx',
  },
]

test('environment-only: every error of the guides’ troubleshooting has a reason, a message and a log line', async (t) => {
  const readme = exampleFile('environment-only', 'README.md') ?? ''
  const issuer = await startFakeIssuer()
  t.after(() => issuer.stop())
  const files = example('environment-only')
  const start = (more = '') =>
    startSystem(t, { ...files, variables: `${files.variables}\n${more}` }, async (origin) => ({
      urls: { 'https://api.example.com': origin, 'https://auth.example.com': issuer.issuer },
      services: { 'cnpg-mcp-server': 'http://127.0.0.1:1' },
    }))
  const system = await start()
  const resource = `${system.origin}/mcp`

  await t.test('curl | "JWKS cache is stale": new keys are found without a restart', async () => {
    await issuer.rotate()
    assert.equal((await curl(resource, { token: issuer.mint({ aud: 'mcp-api' }) })).reason, null)
  })

  for (const { theirs, cause, reason, log, token } of TROUBLES) {
    await t.test(`curl | "${theirs}": ${cause}`, async () => {
      const { status, message } = DENIALS[reason]
      const sent = await token(issuer, resource)
      // A new kid is 503 until a fetch that began after it.
      const patience = Date.now() + 30_000
      let reply = await curl(resource, { token: sent })
      while (reply.status === 503 && Date.now() < patience) {
        await setTimeout(250)
        reply = await curl(resource, { token: sent })
      }
      assert.equal(refusal(reply), `${status} ${reason}`)
      assert.equal(reply.json()['message'], message)
      await until('the log says why', () => JSON.stringify(system.log()).includes(log))
      const row = `| "${theirs}" | ${cause} | ${status} [\`${reason}\`](../../docs/reference/denials.md#${reason}): ${message} | \`${log}\` |`
      assert.ok(readme.includes(`\n${row}\n`), `the README has the row\n${row}`)
    })
  }

  await t.test('curl | "Failed to discover JWKS URI": 503, never a 401, and it heals by itself', async () => {
    await issuer.stop()
    const early = await start('FORWARDGATE_READY_WITHOUT_KEYS=0s')
    const token = issuer.mint({ aud: 'mcp-api' })
    const reply = await curl(`${early.origin}/mcp`, { token })
    assert.deepEqual([refusal(reply), reply.challenge], ['503 keys_unavailable', null])
    const line = early.log().find(({ msg }) => msg === 'key refresh failed')
    assert.match(String(line?.['reason']), /\/\.well-known\/.*(refused|ECONNREFUSED|failed)/)
    await issuer.restart()
    await until('the keys are there', async () => (await curl(`${early.origin}/mcp`, { token })).reason === null)
  })

  await t.test('serve | "OIDC not enabled": it does not start, and says what to set', async (t) => {
    const { code, stderr } = await runGate(t, { RESOURCE_URL: 'https://api.example.com/mcp' })
    assert.equal(code, 2)
    const sentence = 'OIDC_ISSUER: is not set; set it to the URL of the issuer, such as https://id.example.com'
    assert.ok(stderr.includes(sentence), stderr)
    assert.ok(readme.includes(sentence), 'the README quotes it')
  })
})
