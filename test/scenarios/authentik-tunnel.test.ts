import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SignJWT } from 'jose'
import { startIssuer } from '../../lab/issuer.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { curl, refusal } from './support/http.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { likeAuthentik } from './support/provider-shapes.ts'
import { example, startSystem } from './support/system.ts'

const SCOPES = ['mcp:read', 'mcp:write']
const robot = { id: 'claude-mcp-client', secret: 'a-secret-of-this-test' }
const late = { id: 'late-client', secret: 'a-late-secret' }
const idTokens = { id: 'id-tokens', secret: 'an-id-token-secret' }
const stranger = { id: 'another-client', secret: 'another-secret' }

test('authentik-tunnel: client credentials, one issuer per application, TLS ends before Traefik', async (t) => {
  const application = (slug: string) =>
    startIssuer({
      path: `/application/o/${slug}/`,
      resources: [],
      robots: [robot, stranger, late, idTokens],
      shape: likeAuthentik(SCOPES, { late: late.id, idTokens: { client: idTokens.id, audience: robot.id } }),
    })
  const issuer = await application('claude-mcp')
  t.after(() => issuer.stop())
  const neighbour = await application('grafana')
  t.after(() => neighbour.stop())
  const server = await startMcpServer({ name: 'homelab-api', lenient: true })
  t.after(() => server.stop())
  const system = await startSystem(
    t,
    example('authentik-tunnel'),
    async (origin) => ({
      urls: {
        'https://api.example.com': origin,
        'https://authentik.example.com/application/o/claude-mcp/': issuer.url,
      },
      services: { 'homelab-api': server.origin },
    }),
    { tunnel: true },
  )
  const mcp = `${system.origin}/mcp`
  const tokenUrl = new URL('/application/o/token/', issuer.url).href
  const credentials = { grant_type: 'client_credentials', client_id: robot.id, client_secret: robot.secret }
  const token = async (fields: Readonly<Record<string, string>> = { scope: 'mcp:read' }, url = tokenUrl) =>
    String((await curl(url, { form: { ...credentials, ...fields } })).json()['access_token'])
  const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize' }

  await t.test('curl | the challenge has https URLs although the proxy got plain HTTP', async () => {
    const reply = await curl(mcp, { body: initialize })
    assert.equal(reply.status, 401)
    const metadata = `${system.origin}/.well-known/oauth-protected-resource/mcp`
    assert.equal(reply.challenge, `Bearer resource_metadata="${metadata}", scope="mcp:read"`)
    assert.match(metadata, /^https:/)
    const document = (await curl(metadata)).json()
    assert.equal(document['resource'], mcp)
    assert.deepEqual(document['authorization_servers'], [issuer.url])
    assert.equal(server.messages(), 0)
  })

  await t.test('curl | a token by client credentials, and the initialize call gets its answer', async () => {
    const reply = await curl(mcp, { body: initialize, token: await token() })
    assert.equal(reply.status, 200, reply.text)
    const { result, id } = reply.json() as { id: number; result: Readonly<Record<string, unknown>> }
    assert.equal(id, 1)
    assert.equal(result['protocolVersion'], '2024-11-05')
    assert.deepEqual(result['serverInfo'], { name: 'homelab-api', version: '1.0.0' })
    const { headers } = server.arrivals.at(-1) ?? assert.fail('it arrived')
    assert.equal(headers['x-forwarded-proto'], 'http', 'what the proxy saw')
    assert.deepEqual(
      [headers['x-auth-subject'], headers['x-auth-issuer'], headers['x-auth-client'], headers['x-auth-scopes']],
      [robot.id, 'authentik', robot.id, 'mcp:read'],
    )
  })

  for (const program of [SDK_V1, SDK_V2]) {
    await t.test(`${program.name} | finds issuer and scope from the 401, logs in by itself, calls a tool`, async () => {
      const session = await program.open(mcp, {
        kind: 'credentials',
        clientId: robot.id,
        clientSecret: robot.secret,
        issuer: issuer.url,
        scope: 'mcp:read',
      })
      const caller = JSON.parse(await session.call('whoami'))
      assert.deepEqual(caller.scopes, ['mcp:read'])
      assert.equal(caller.clientId, robot.id)
      assert.deepEqual(
        session.exchanges.map(({ method, url, status }) => `${method} ${new URL(url).pathname} ${status}`).slice(0, 2),
        ['POST /mcp 401', 'GET /.well-known/oauth-protected-resource/mcp 200'],
      )
      await session.close()
    })
  }

  await t.test('both | what they request if no scope is named', async () => {
    const login = { kind: 'credentials', clientId: robot.id, clientSecret: robot.secret, issuer: issuer.url } as const
    const before = await system.denials('scope_insufficient')
    await assert.rejects(SDK_V1.open(mcp, login), /403/, 'version 1: nothing')
    assert.ok((await system.denials('scope_insufficient')) - before <= 2, 'and it does not loop')
    const session = await SDK_V2.open(mcp, login)
    assert.deepEqual(JSON.parse(await session.call('whoami')).scopes, ['mcp:read'], 'version 2: as the challenge says')
    await session.close()
  })

  await t.test('curl | what must not get in does not', async () => {
    const arrived = server.messages()
    const refused = async (bad: string) => refusal(await curl(mcp, { body: initialize, token: bad }))
    assert.equal(await refused(await token({})), '403 scope_insufficient', 'no scope asked for')
    assert.equal(await refused(await token({ scope: 'mcp:write' })), '403 scope_insufficient', 'another scope')
    const theirs = new URL('/application/o/token/', neighbour.url).href
    assert.equal(
      await refused(await token({ scope: 'mcp:read' }, theirs)),
      '401 issuer_untrusted',
      'another application',
    )
    const expired = { scope: 'mcp:read', client_id: late.id, client_secret: late.secret }
    assert.equal(await refused(await token(expired)), '401 token_expired')
    const other = { scope: 'mcp:read', client_id: stranger.id, client_secret: stranger.secret }
    assert.equal(await refused(await token(other)), '401 audience_mismatch', 'another client of this application')
    const id = { scope: 'mcp:read', client_id: idTokens.id, client_secret: idTokens.secret }
    assert.equal(await refused(await token(id)), '403 client_not_allowed', 'an ID token, which names no client')
    assert.equal(await refused(await signedWithClientSecret(issuer.url)), '401 algorithm_not_allowed', 'no signing key')
    assert.equal(server.messages(), arrived, 'none of it arrived')
  })

  await t.test('curl | forged identity headers are replaced', async () => {
    const headers = { 'X-Auth-Subject': 'root', 'X-Auth-Scopes': 'mcp:admin', 'x-auth-client': 'root' }
    assert.equal((await curl(mcp, { body: initialize, headers })).status, 401)
    await curl(mcp, { body: initialize, token: await token(), headers })
    const seen = server.arrivals.at(-1)?.headers
    assert.deepEqual([seen?.['x-auth-subject'], seen?.['x-auth-scopes']], [robot.id, 'mcp:read'])
    assert.equal(
      refusal(await curl(mcp, { token: await token(), headers: { X_Auth_Subject: 'root' } })),
      '403 identity_header_alias',
    )
  })
})

/** What Authentik issues where no signing key is selected. */
function signedWithClientSecret(issuer: string): Promise<string> {
  return new SignJWT({ iss: issuer, aud: robot.id, 'mcp:read': true })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(robot.secret.padEnd(32, 'x')))
}
