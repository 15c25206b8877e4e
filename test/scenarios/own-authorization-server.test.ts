import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { folderFor } from '../support/folder.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { curl, refusal } from './support/http.ts'
import { type RunningMcpServer, startMcpServer } from './support/mcp-server.ts'
import { createOwnServer, type OwnServer } from './support/own-server.ts'
import { example, startSystem } from './support/system.ts'

const SECRET = 'the-secret-that-server-and-gate-share-in-this-test'
const INTROSPECTION = { clientId: 'forwardgate', secret: 'a-secret-for-introspection' }
const API_TOKEN = 'api_4f1c09b6d2f94f5f'
const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize' }

test('own-authorization-server: HS256 from a shared secret, and API tokens by introspection', async (t) => {
  const secrets = folderFor(t)
  await writeFile(join(secrets, 'jwt-secret'), `${SECRET}\n`)
  await writeFile(join(secrets, 'introspection-secret'), `${INTROSPECTION.secret}\n`)

  const parts: { own?: OwnServer; server?: RunningMcpServer } = {}
  const system = await startSystem(t, example('own-authorization-server'), async (origin) => {
    const own = createOwnServer({
      issuer: origin,
      secret: SECRET,
      introspection: INTROSPECTION,
      apiTokens: { [API_TOKEN]: 'alice' },
    })
    const server = await startMcpServer({
      name: 'api-server',
      before: async (request, response) => {
        if (request.url !== '/v1/models') return own.answer(request, response)
        response.end('models')
        return true
      },
    })
    t.after(() => server.stop())
    Object.assign(parts, { own, server })
    return {
      urls: {
        'https://api.example.com': origin,
        'http://api-server.mcp.svc.cluster.local:8000': server.origin,
        '/run/secrets/forwardgate': secrets,
      },
      services: { 'api-server': server.origin },
    }
  })
  const own = parts.own ?? assert.fail()
  const server = parts.server ?? assert.fail()
  const at = (path: string) => `${system.origin}${path}`
  const tokens = async (form: Readonly<Record<string, string>>) =>
    curl(at('/token'), { form: { client_id: 'api-mcp', ...form } })
  const credentials = { grant_type: 'client_credentials', client_secret: API_TOKEN }
  const apiTokenSeen = () =>
    own.open(String(server.arrivals.findLast(({ method }) => method === 'POST')?.headers['x-api-token']))

  for (const program of [SDK_V1, SDK_V2]) {
    await t.test(
      `${program.name} | finds the server itself, logs in with an API token as its secret, calls a tool`,
      async () => {
        const login = {
          kind: 'credentials',
          clientId: 'api-mcp',
          clientSecret: API_TOKEN,
          issuer: system.origin,
        } as const
        const session = await program.open(at('/mcp'), login)
        const caller = JSON.parse(await session.call('whoami'))
        assert.equal(caller.extra.subject, 'alice')
        assert.equal(apiTokenSeen(), API_TOKEN, 'the server opens what the gate gave back')
        assert.ok(session.exchanges.some(({ url }) => url === at('/.well-known/oauth-authorization-server')))
        await session.close()
      },
    )
  }

  await t.test('curl | metadata and /token are public, refresh works and rotates', async () => {
    assert.equal((await curl(at('/.well-known/oauth-authorization-server'))).json()['issuer'], system.origin)
    const first = (await tokens(credentials)).json()
    const refresh = { grant_type: 'refresh_token', refresh_token: String(first['refresh_token']) }
    const second = (await tokens(refresh)).json()
    assert.equal((await curl(at('/v1/models'), { token: String(second['access_token']) })).text, 'models')
    assert.equal((await tokens(refresh)).status, 400, 'each refresh token works once')
  })

  await t.test('curl | the API behind gets the claim as its Authorization', async () => {
    const { access_token: token } = (await tokens(credentials)).json()
    await curl(at('/v1/models'), { token: String(token) })
    const { authorization = '' } = server.arrivals.at(-1)?.headers ?? {}
    assert.notEqual(authorization, `Bearer ${token}`)
    assert.equal(own.open(authorization.replace('Bearer ', '')), API_TOKEN)
  })

  await t.test('curl | an API token itself, beside JWTs: asked about once, then remembered', async () => {
    const headers = { Accept: 'application/json, text/event-stream' }
    for (const _ of [1, 2, 3]) {
      assert.equal((await curl(at('/mcp'), { token: API_TOKEN, body: initialize, headers })).reason, null)
    }
    const { headers: seen } = server.arrivals.findLast(({ url }) => url === '/mcp') ?? assert.fail()
    assert.deepEqual([seen['x-auth-subject'], seen['x-auth-client']], ['alice', 'api-mcp'])
    assert.equal(apiTokenSeen(), API_TOKEN)
    assert.deepEqual(own.asked, [API_TOKEN])
  })

  await t.test('curl | what must not get in does not', async () => {
    const reached = () => server.arrivals.filter(({ url }) => url === '/mcp').length
    const before = reached()
    const refused = async (token?: string) => refusal(await curl(at('/mcp'), { token, body: initialize }))
    const { refresh_token: refresh } = (await tokens(credentials)).json()
    assert.equal(await refused(), '401 credentials_missing')
    assert.equal(await refused(String(refresh)), '401 audience_mismatch', 'a refresh token is not an access token')
    assert.equal(await refused(await own.sign({}, SECRET.toUpperCase())), '401 signature_invalid', 'another secret')
    assert.equal(await refused(await own.sign({ exp: Math.floor(Date.now() / 1000) - 60 })), '401 token_expired')
    assert.equal(await refused(await own.sign({ scope: 'profile' })), '403 scope_insufficient')
    assert.equal(await refused('api_of_nobody'), '401 token_revoked', 'the server does not know it')
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`
    assert.match(await refused(unsigned), /^401 /)
    own.broken = true
    assert.equal(await refused('api_asked_in_vain'), '503 introspection_unavailable')
    own.broken = false
    assert.equal(reached(), before)
    assert.equal((await curl(at('/introspect'), { form: { token: API_TOKEN } })).status, 404, 'not routed')
    const headers = { 'X-Api-Token': 'forged', Accept: 'application/json, text/event-stream' }
    await curl(at('/mcp'), { token: await own.sign({}), body: initialize, headers })
    assert.equal(server.arrivals.at(-1)?.headers['x-api-token'], '', 'a token without the claim empties the header')
  })
})
