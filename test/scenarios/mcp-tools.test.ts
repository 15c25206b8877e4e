import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startIssuer } from '../../lab/issuer.ts'
import { absent } from '../proxy/support/absent.ts'
import { isInstalled } from '../proxy/support/open-proxy.ts'
import { REDIRECT_URI } from './clients/account.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { curl, refusal } from './support/http.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { example, startSystem } from './support/system.ts'
import { EVASIONS, PASSING, sendRawly } from './support/tool-calls.ts'

const ROBOT = { id: 'robot', secret: 'a-secret-of-this-test' }
const SCOPES = ['mcp:read', 'mcp:count', 'mcp:admin']

test('mcp-tools: the official clients step up for a tool, and nothing gets a tool past the gate', async (t) => {
  // No other proxy of the suite forwards bodies.
  if (!(await isInstalled('Traefik'))) return absent(t, 'Traefik', 1)
  const server = await startMcpServer({ name: 'tools', lenient: true })
  t.after(() => server.stop())
  let issuerUrl = ''
  let token = ''
  const system = await startSystem(t, example('mcp-tools'), async (origin) => {
    const issuer = await startIssuer({
      robots: [ROBOT],
      resources: ['kubernetes', 'notes'].map((name) => ({ resource: `${origin}/mcp/${name}`, scopes: SCOPES })),
      apps: [{ id: 'app', redirectUris: [REDIRECT_URI] }],
      account: { sub: 'alice' },
    })
    t.after(() => issuer.stop())
    issuerUrl = issuer.url
    token = await issuer.token(ROBOT, `${origin}/mcp/kubernetes`, ['mcp:read'])
    const urls = { 'https://api.example.com': origin, 'https://id.example.com': issuer.url }
    return { urls, services: { kubernetes: server.origin, notes: server.origin } }
  })
  // A client that registers itself does so for the scopes of its first challenge, and this issuer holds it to them.
  const login = { kind: 'registered', clientId: 'app', issuer: issuerUrl } as const
  const kubernetes = `${system.origin}/mcp/kubernetes`
  const metadata = (name: string) => `${system.origin}/.well-known/oauth-protected-resource/mcp/${name}`
  const challenge = `Bearer resource_metadata="${metadata('kubernetes')}", scope="mcp:read mcp:count", error="insufficient_scope", error_description="The access token lacks a required scope"`

  for (const program of [SDK_V1, SDK_V2]) {
    // Version 1 answers a 403 by a refresh where it can, which cannot widen a token.
    await t.test(
      `${program.name} | calls what it may, learns what it lacks, steps up by one login, succeeds`,
      async () => {
        const session = await program.open(kubernetes, { ...login, refreshes: false })
        assert.match(await session.call('whoami'), /alice/)
        assert.equal(session.logins.length, 1)
        assert.equal(session.logins[0]?.searchParams.get('scope')?.includes('mcp:count'), false)
        assert.equal(await session.call('count', { ticks: 1, pause: 1 }), 'counted to 1')
        assert.equal(session.logins.length, 2)
        const asked = new Set(session.logins[1]?.searchParams.get('scope')?.split(' '))
        assert.ok(asked.has('mcp:read') && asked.has('mcp:count'))
        const refused = session.exchanges.filter(({ status }) => status === 403)
        assert.deepEqual(
          refused.map((one) => one.challenge),
          [challenge],
        )
        const logins = session.logins.length
        await assert.rejects(session.call('restart'))
        assert.equal(session.logins.length, logins, 'no login for what no login opens')
        await session.close()
      },
    )
    await t.test(`${program.name} | lazy login: connects without a token, and logs in for the first call`, async () => {
      const session = await program.open(`${system.origin}/mcp/notes`, { kind: 'registers' })
      assert.deepEqual([session.logins.length, session.accessToken()], [0, undefined])
      assert.match(await session.call('whoami'), /alice/)
      assert.equal(session.logins.length, 1)
      await session.close()
    })
  }

  await t.test(
    'a refusal is the same byte for byte each time, and the log names the tool, not its arguments',
    async () => {
      const body = {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'count', arguments: { secret: 'hush' } },
      }
      const replies = [
        await curl(kubernetes, { token, body }),
        await curl(kubernetes, { token, body: { ...body, id: 2 } }),
      ]
      assert.deepEqual(replies.map(refusal), ['403 scope_insufficient', '403 scope_insufficient'])
      assert.deepEqual(
        replies.map((reply) => reply.challenge),
        [challenge, challenge],
      )
      assert.ok(system.log().some(({ mcpMethod, mcpName }) => mcpMethod === 'tools/call' && mcpName === 'count'))
      assert.ok(!JSON.stringify(system.log()).includes('hush'))
    },
  )

  const rows: string[] = []
  for (const [name, make] of Object.entries(EVASIONS)) {
    await t.test(`refused: ${name}`, async () => {
      const before = server.messages()
      const answer = await sendRawly(system.origin, make(token))
      rows.push(`${answer.padEnd(28)} ${name}`)
      assert.doesNotMatch(answer, /^2/)
      assert.equal(server.messages(), before, 'nothing arrived')
    })
  }
  for (const [name, make] of Object.entries(PASSING)) {
    await t.test(`passes: ${name}`, async () => {
      const before = server.messages()
      rows.push(`${(await sendRawly(system.origin, make(token))).padEnd(28)} ${name}`)
      assert.equal(server.messages(), before + 1)
    })
  }
  console.log(
    `answer                       what was sent through ${system.proxy} with a token for whoami only\n${rows.join('\n')}`,
  )
})
