import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startIssuer } from '../../lab/issuer.ts'
import { REDIRECT_URI } from './clients/account.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { curl, refusal } from './support/http.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { likeAuthentik } from './support/provider-shapes.ts'
import { example, startSystem } from './support/system.ts'

const PROGRAMS = [SDK_V1, SDK_V2]
const idTokens = { id: 'id-tokens', secret: 'an-id-token-secret' }

test('many-servers-one-host: PKCE logins by a client that was registered by hand, one application per server', async (t) => {
  const application = async (name: string, groups: readonly string[]) => {
    const issuer = await startIssuer({
      path: `/application/o/${name}-mcp/`,
      resources: [],
      apps: [{ id: `${name}-mcp-server`, redirectUris: [REDIRECT_URI] }],
      account: { sub: 'alice', claims: { groups } },
      robots: [idTokens],
      shape: likeAuthentik([], { idTokens: { client: idTokens.id, audience: `${name}-mcp-server` } }),
    })
    t.after(() => issuer.stop())
    const server = await startMcpServer({ name: `${name}-mcp-server` })
    t.after(() => server.stop())
    const login = { kind: 'registered', clientId: `${name}-mcp-server`, issuer: issuer.url } as const
    return { name, issuer, server, login }
  }
  const kubernetes = await application('kubernetes', ['cluster-viewers'])
  const grafana = await application('grafana', [])
  const systemOf = (issuer: string) =>
    startSystem(t, example('many-servers-one-host'), async (origin) => ({
      urls: {
        'https://api.example.com': origin,
        'https://authentik.example.com/application/o/kubernetes-mcp/': issuer,
        'https://authentik.example.com/application/o/grafana-mcp/': grafana.issuer.url,
        'https://inspector.example.com': 'http://127.0.0.1:1',
        'https://docs.example.com': origin,
      },
      services: { 'kubernetes-mcp-server': kubernetes.server.origin, 'grafana-mcp-server': grafana.server.origin },
    }))
  const system = await systemOf(kubernetes.issuer.url)
  const at = (path: string) => `${system.origin}${path}`

  await t.test('curl | each server has its own metadata and its own login', async () => {
    for (const { name, issuer } of [kubernetes, grafana]) {
      const reply = await curl(at(`/mcp/${name}`), { body: {} })
      const metadata = at(`/.well-known/oauth-protected-resource/mcp/${name}`)
      assert.equal(reply.challenge, `Bearer resource_metadata="${metadata}", scope="openid profile email"`)
      const document = (await curl(metadata)).json()
      assert.deepEqual([document['resource'], document['authorization_servers']], [at(`/mcp/${name}`), [issuer.url]])
    }
    assert.equal((await curl(at('/.well-known/oauth-protected-resource'))).status, 404)
  })

  const tokens = new Map<string, string>()
  for (const program of PROGRAMS) {
    for (const { name, server, login } of [kubernetes, grafana]) {
      await t.test(`${program.name} | logs in to ${name} from the 401 alone, calls a tool`, async () => {
        const session = await program.open(at(`/mcp/${name}`), login)
        const caller = JSON.parse(await session.call('whoami'))
        assert.deepEqual(caller.extra, { subject: 'alice', issuer: `authentik-${name}` })
        assert.equal(session.logins.length, 1)
        assert.equal(session.logins[0]?.searchParams.get('code_challenge_method'), 'S256')
        assert.equal(session.logins[0]?.searchParams.get('scope')?.startsWith('openid profile email'), true)
        assert.ok(
          server.arrivals.every(({ url }) => url === '/'),
          'the server never sees its prefix',
        )
        tokens.set(name, session.accessToken() ?? '')
        await session.close()
      })
    }
  }

  await t.test('curl | a token for one server is none for the other', async () => {
    const arrived = grafana.server.messages()
    const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize' }
    const crossed = async (path: string, token: string | undefined) =>
      refusal(await curl(at(path), { body: initialize, token }))
    assert.equal(await crossed('/mcp/grafana', tokens.get('kubernetes')), '401 issuer_untrusted')
    assert.equal(await crossed('/mcp/kubernetes', tokens.get('grafana')), '401 issuer_untrusted')
    assert.equal(grafana.server.messages(), arrived)
    const forged = { 'X-Auth-Subject': 'root', 'X-Auth-Issuer': 'root' }
    const token = tokens.get('kubernetes')
    assert.equal((await curl(at('/mcp/kubernetes'), { body: initialize, token, headers: forged })).reason, null)
    const { headers } = kubernetes.server.arrivals.at(-1) ?? assert.fail('its own token gets in')
    assert.deepEqual([headers['x-auth-subject'], headers['x-auth-issuer']], ['alice', 'authentik-kubernetes'])
  })

  await t.test('curl | an ID token has the audience of the server, names no client, and is refused', async () => {
    for (const { name, issuer } of [kubernetes, grafana]) {
      const token = await issuer.token(idTokens, at(`/mcp/${name}`), [])
      const reply = await curl(at(`/mcp/${name}`), { body: {}, token })
      assert.equal(refusal(reply), '403 client_not_allowed', name)
    }
  })

  await t.test('curl | a user who is in no group that may is refused, and not sent to log in again', async () => {
    const outsider = await startIssuer({
      path: '/application/o/kubernetes-mcp/',
      resources: [],
      apps: [{ id: 'kubernetes-mcp-server', redirectUris: [REDIRECT_URI] }],
      account: { sub: 'mallory', claims: { groups: ['visitors'] } },
      shape: likeAuthentik([]),
    })
    t.after(() => outsider.stop())
    const other = await systemOf(outsider.url)
    for (const program of PROGRAMS) {
      await assert.rejects(
        program.open(`${other.origin}/mcp/kubernetes`, { ...kubernetes.login, issuer: outsider.url }),
        /claim_not_allowed/,
      )
    }
    assert.equal(await other.denials('claim_not_allowed'), PROGRAMS.length, 'each client came once and gave up')
  })

  await t.test('curl | /health is open, everything else is closed', async () => {
    const healthy = await curl(at('/health'))
    assert.deepEqual([healthy.status, healthy.json()], [200, { status: 'healthy' }])
    const closed = ['/mcp/kubernetes', '/mcp/kubernetes/', '/mcp/kubernetes/health', '/mcp/grafana/health']
    for (const path of closed) assert.equal(refusal(await curl(at(path))), '401 credentials_missing', path)
    assert.equal((await curl(at('/mcp/kubernetes-internal'))).status, 404, 'no neighbour by name')
  })
})
