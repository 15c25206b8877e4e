import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import { SDK_V1 } from '../scenarios/clients/sdk-v1.ts'
import { SDK_V2 } from '../scenarios/clients/sdk-v2.ts'
import type { McpProgram } from '../scenarios/clients/session.ts'
import { curl, refusal } from '../scenarios/support/http.ts'
import { startMcpServer } from '../scenarios/support/mcp-server.ts'
import { generated, type System, startSystem } from '../scenarios/support/system.ts'
import { folderFor } from '../support/folder.ts'
import { until } from '../support/service.ts'
import { playFirstLogin } from './first-login.ts'
import { playDpop } from './keycloak-dpop.ts'
import { playIndicators } from './keycloak-indicators.ts'
import { logInAtKeycloak } from './keycloak-login.ts'
import { installKeycloak, releaseOf } from './keycloak-program.ts'
import {
  AUDIENCE,
  addAudienceToScope,
  makeRealm,
  openRegistration,
  PASSWORD,
  REALM,
  rotateKeys,
  SECRET,
} from './keycloak-realm.ts'
import { type Keycloak, startKeycloak } from './keycloak-server.ts'
import { openOutcomePage, passed, type Row, readByPage } from './outcome-page.ts'

const PAGE = new URL('../../docs/reference/keycloak.md', import.meta.url)
/** Keycloak calls itself by its host name, and is asked for its keys under another one. */
const CONFIGURATION = `
issuers:
  keycloak:
    issuer: https://id.example.com/realms/${REALM}
    discoveryUri: https://inside.example.com/realms/${REALM}/.well-known/openid-configuration
defaults: { audience: [${AUDIENCE}], scopes: [mcp:read] }
routes:
  plain: { resource: https://api.example.com/mcp/plain }
  role: { resource: https://api.example.com/mcp/role, claims: { /realm_access/roles: [orders-reader] } }
  nonce: { resource: https://api.example.com/mcp/nonce, dpop: { mode: required, nonceSecretFile: NONCE-FILE } }
`
const ROUTES = ['plain', 'role', 'nonce']
const follow = (url: URL) => logInAtKeycloak(url, 'alice', PASSWORD)

test('keycloak: what its tokens, its clients and its logouts come to behind the gate', async (t) => {
  const installed = await installKeycloak()
  if ('skip' in installed) return t.skip(installed.skip)
  const { home } = installed
  const page = openOutcomePage(PAGE, await releaseOf(home))
  const keycloak = await startKeycloak(home)
  t.after(keycloak.stop)
  const logouts = await openLogouts(t)
  await makeRealm(keycloak, logouts.url)
  const { system, server } = await start(t, keycloak)
  const url = (route: string) => `${system.origin}/mcp/${route}`
  const judge = async (token: unknown, route = 'plain') => {
    const before = server.messages()
    const reply = await curl(url(route), { token: String(token), body: {} })
    return server.messages() > before ? 'passes' : refusal(reply)
  }
  const tokensOf = (client_id: string, scope = 'openid mcp:read', username = 'alice') =>
    keycloak.ask(REALM, 'token', { grant_type: 'password', client_id, username, password: PASSWORD, scope })
  const row: Row = (what, run) =>
    t.test(what, async () => {
      const outcome = await run()
      page.record(what, outcome)
    })

  await row('access token', async () => judge((await tokensOf('app'))['access_token']))
  await row('ID token', async () => judge((await tokensOf('app'))['id_token']))
  await row('refresh token', async () => judge((await tokensOf('app'))['refresh_token']))
  await row('offline token', async () =>
    judge((await tokensOf('app', 'openid mcp:read offline_access'))['refresh_token']),
  )
  await row('logout token (back channel)', async () => {
    const { refresh_token } = await tokensOf('app')
    await keycloak.ask(REALM, 'logout', { client_id: 'app', refresh_token: String(refresh_token) })
    await until('Keycloak calls the client', () => logouts.tokens.length > 0)
    return judge(logouts.tokens[0])
  })
  await row('access token, client without the audience scope', async () =>
    judge((await tokensOf('bare'))['access_token']),
  )
  await row('access token, audience scope optional and not requested', async () =>
    judge((await tokensOf('optional'))['access_token']),
  )
  await row('access token, audience scope optional and requested', async () =>
    judge((await tokensOf('optional', 'openid mcp:read orders-audience'))['access_token']),
  )
  await row('lightweight access token', async () => judge((await tokensOf('light'))['access_token']))
  await row('lightweight access token, mapper with *Add to lightweight access token*', async () =>
    judge((await tokensOf('light-switched'))['access_token']),
  )
  await row('rule on `/realm_access/roles`, user with the role', async () =>
    judge((await tokensOf('app'))['access_token'], 'role'),
  )
  await row('rule on `/realm_access/roles`, user without it', async () =>
    judge((await tokensOf('app', 'openid mcp:read', 'bob'))['access_token'], 'role'),
  )
  const readByPageOf = (client_id: string) =>
    readByPage(`${keycloak.origin}/realms/${REALM}/protocol/openid-connect/token`, {
      ...{ grant_type: 'password', client_id, username: 'alice', password: PASSWORD },
    })
  await row('answer of the token endpoint, page whose origin is in *Web origins*', () => readByPageOf('page'))
  await row('answer of the token endpoint, page of another origin', () => readByPageOf('app'))
  await row('access token after logout', async () => {
    const { access_token: token, refresh_token } = await tokensOf('app')
    await keycloak.ask(REALM, 'logout', { client_id: 'app', refresh_token: String(refresh_token) })
    const asker = { client_id: 'introspecting', client_secret: SECRET }
    const { active } = await keycloak.ask(REALM, 'token/introspect', { ...asker, token: String(token) })
    return `${await judge(token)} until it expires; introspection says \`active: ${active}\``
  })

  for (const program of [SDK_V1, SDK_V2]) {
    await row(`MCP ${program.name}, client registered beforehand`, async () => {
      const issuer = `${keycloak.origin}/realms/${REALM}`
      const session = await program.open(url('plain'), { kind: 'registered', clientId: 'app', issuer, follow })
      const caller = JSON.parse(await session.call('whoami'))
      await session.close()
      return `logs in, calls a tool as client \`${caller.clientId}\``
    })
  }
  await playFirstLogin(t, row, async () => ({
    issuer: `${keycloak.origin}/realms/${REALM}`,
    discoveryUri: `${keycloak.inside}/realms/${REALM}/.well-known/openid-configuration`,
    url: server.origin,
    token: String((await tokensOf('app'))['access_token']),
    clientId: 'app',
    follow,
  }))
  await playRegistration(row, keycloak, system)
  await playDpop(row, keycloak, url)

  const old = (await tokensOf('app'))['access_token']
  await rotateKeys(keycloak)
  await row('access token signed with a new key', async () => {
    const { access_token } = await tokensOf('app')
    assert.notEqual(kidOf(access_token), kidOf(old))
    return judge(access_token)
  })
  await row('access token signed with the key before', async () => judge(old))

  await keycloak.stop()
  await playIndicators(t, row, home)

  console.log(page.rows().join('\n'))
  assert.deepEqual(page.rows(), page.checkedIn(), 'docs/reference/keycloak.md differs; UPDATE_TABLE=1 writes it')
})

/** Clients that register themselves (RFC 7591), and what an administrator has to change for them, one after the other. */
async function playRegistration(row: Row, keycloak: Keycloak, system: System): Promise<void> {
  const open = (program: McpProgram, route = 'plain') =>
    program.open(`${system.origin}/mcp/${route}`, { kind: 'registers', follow })
  const refusedFor = async (reason: string, route?: string) => {
    const before = await system.denials(reason)
    await open(SDK_V2, route).then(passed, () => {})
    assert.ok((await system.denials(reason)) > before, reason)
    return `logs in, then ${reason}`
  }
  await row('MCP client that registers itself, policies as shipped', async () => {
    const error = await open(SDK_V2).then(passed, String)
    assert.match(error, /Trusted Hosts/)
    return 'Keycloak refuses: policy *Trusted Hosts*'
  })
  await openRegistration(keycloak)
  await row('the same without *Trusted Hosts*, and with `mcp:read` in *Allowed Client Scopes*', () =>
    refusedFor('audience_mismatch'),
  )
  await addAudienceToScope(keycloak)
  for (const program of [SDK_V1, SDK_V2]) {
    await row(`the same with the *Audience* mapper in the scope \`mcp:read\` too, ${program.name}`, async () => {
      const session = await open(program)
      assert.match(await session.call('whoami'), /orders-api|subject/)
      await session.close()
      return 'logs in, calls a tool'
    })
  }
  await row('such a client, rule on `/realm_access/roles`, user with the role', () =>
    refusedFor('claim_not_allowed', 'role'),
  )
}

/** The gate behind a real proxy, with what `generate` writes. */
async function start(t: TestContext, keycloak: Keycloak) {
  const folder = folderFor(t)
  const file = join(folder, 'nonce')
  await writeFile(file, randomBytes(48).toString('base64'))
  const server = await startMcpServer({ name: 'mcp-server' })
  t.after(server.stop)
  const configuration = CONFIGURATION.replace('NONCE-FILE', file)
  const system = await startSystem(t, await generated(configuration), async (origin) => ({
    urls: {
      'https://api.example.com': origin,
      'https://id.example.com': keycloak.origin,
      'https://inside.example.com': keycloak.inside,
    },
    services: Object.fromEntries(ROUTES.map((name) => [name, server.origin])),
  }))
  return { system, server }
}

/** Where Keycloak notifies the client of a logout. */
async function openLogouts(t: TestContext) {
  const tokens: string[] = []
  const server = createServer(async (request, response) => {
    tokens.push(new URLSearchParams(await text(request)).get('logout_token') ?? '')
    response.end()
  })
  const port = await listenOnLoopback(server)
  t.after(() => closeNow(server))
  return { url: `http://127.0.0.1:${port}/`, tokens }
}

function kidOf(token: unknown): unknown {
  return JSON.parse(Buffer.from(String(token).split('.')[0] ?? '', 'base64url').toString())['kid']
}
