import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startIssuer } from '../../lab/issuer.ts'
import type { IssuerShape } from '../../lab/issuer-configuration.ts'
import { type Exchange, REDIRECT_URI } from './clients/account.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { curl, refusal } from './support/http.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { likeAuthentik } from './support/provider-shapes.ts'
import { example, startSystem } from './support/system.ts'

const PROGRAMS = [SDK_V1, SDK_V2]
const CLIENT_ID = 'mcp-clients'
const idTokens = { id: 'id-tokens', secret: 'an-id-token-secret' }

async function start(t: TestContext, shape: IssuerShape) {
  const issuer = await startIssuer({
    path: '/application/o/mcp/',
    resources: [],
    apps: [{ id: CLIENT_ID, redirectUris: ['http://127.0.0.1/callback'] }],
    robots: [idTokens],
    account: { sub: 'alice' },
    shape,
  })
  t.after(() => issuer.stop())
  const server = await startMcpServer({ name: 'kubernetes-mcp' })
  t.after(() => server.stop())
  const system = await startSystem(t, example('registration'), async (origin) => ({
    urls: {
      'https://api.example.com': origin,
      'https://authentik.example.com/application/o/mcp/': issuer.url,
    },
    services: { 'kubernetes-mcp': server.origin },
  }))
  const mcp = `${system.origin}/mcp/kubernetes`
  const metadata = (await curl(`${system.origin}/.well-known/oauth-protected-resource/mcp/kubernetes`)).json()
  return { issuer, system, mcp, servers: metadata['authorization_servers'] }
}

const authentik = likeAuthentik(['mcp:read'], { idTokens: { client: idTokens.id, audience: CLIENT_ID } })

test('registration: a provider without it; the first login of an unknown client', async (t) => {
  const { issuer, system, mcp, servers } = await start(t, { ...authentik, responseIssuer: 'absent' })
  const ours = `${system.origin}/forwardgate/authentik`
  assert.deepEqual(servers, [ours])

  for (const program of PROGRAMS) {
    await t.test(`${program.name} | discovers, registers, logs in with PKCE, calls a tool`, async () => {
      const session = await program.open(mcp, { kind: 'registers' })
      const caller = JSON.parse(await session.call('whoami'))
      assert.deepEqual([caller.clientId, caller.scopes, caller.extra.subject], [CLIENT_ID, ['mcp:read'], 'alice'])
      assert.deepEqual(firstSteps(session.exchanges), [
        `POST ${mcp} 401`,
        `GET ${system.origin}/.well-known/oauth-protected-resource/mcp/kubernetes 200`,
        `GET ${system.origin}/.well-known/oauth-authorization-server/forwardgate/authentik 200`,
        `POST ${ours}/register 201`,
      ])
      const [login] = session.logins
      assert.equal(login?.origin, new URL(issuer.url).origin, 'the login is at the provider')
      assert.equal(login?.searchParams.get('client_id'), CLIENT_ID)
      assert.equal(login?.searchParams.get('code_challenge_method'), 'S256')
      const forms = session.exchanges.filter(({ form }) => form !== undefined)
      assert.deepEqual(
        forms.map(({ url, status }) => `${new URL(url).origin} ${status}`),
        [`${new URL(issuer.url).origin} 200`],
        'the code went to the provider, and nowhere else',
      )
      const payload = JSON.parse(Buffer.from(session.accessToken()?.split('.')[1] ?? '', 'base64url').toString())
      assert.deepEqual([payload.iss, payload.aud], [issuer.url, CLIENT_ID], 'the token is the provider’s')
      await session.close()
    })
  }

  await t.test('curl | an ID token of the one client is refused', async () => {
    const token = await issuer.token(idTokens, mcp, ['mcp:read'])
    assert.equal(refusal(await curl(mcp, { body: {}, token })), '403 client_not_allowed')
  })

  await t.test('curl | the redirect URI of another client is refused', async () => {
    const register = (uri: string) => curl(`${ours}/register`, { body: { redirect_uris: [uri] } })
    assert.equal((await register(REDIRECT_URI)).status, 201)
    const refused = await register('https://evil.example/callback')
    assert.deepEqual([refused.status, refused.json()['error']], [400, 'invalid_redirect_uri'])
  })
})

test('registration: refused where the provider sends iss in authorization responses (RFC 9207)', async (t) => {
  const { issuer, system, mcp, servers } = await start(t, authentik)
  assert.deepEqual(servers, [issuer.url], 'clients are sent to the provider itself')
  const said = system.log().filter(({ msg }) => String(msg).startsWith('registration cannot be offered'))
  assert.equal(said.length, 1)
  assert.match(String(said[0]?.['reason']), /RFC 9207/)

  for (const program of PROGRAMS) {
    await t.test(`${program.name} | cannot register, and says so before any login`, async () => {
      await assert.rejects(program.open(mcp, { kind: 'registers' }), /does not support dynamic client registration/)
    })
    await t.test(`${program.name} | logs in with a client ID that was typed in`, async () => {
      const session = await program.open(mcp, { kind: 'registered', clientId: CLIENT_ID, issuer: issuer.url })
      assert.equal(JSON.parse(await session.call('whoami')).extra.subject, 'alice')
      await session.close()
    })
  }
})

test('registration: why that is refused: a provider that sends iss without a word about it', async (t) => {
  const { mcp } = await start(t, { ...authentik, responseIssuer: 'unannounced' })
  await t.test('client 2.x | logs in, and must then throw the code away', async () => {
    await assert.rejects(SDK_V2.open(mcp, { kind: 'registers' }), /RFC 9207/)
  })
})

function firstSteps(exchanges: readonly Exchange[]): readonly string[] {
  return exchanges.slice(0, 4).map(({ method, url, status }) => `${method} ${url} ${status}`)
}
