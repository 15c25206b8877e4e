import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ResponseBodyError } from 'oauth4webapi'
import { REDIRECT_URI } from '../scenarios/clients/account.ts'
import { logInWithCode, refresh } from '../scenarios/clients/code-login.ts'
import { SDK_V1 } from '../scenarios/clients/sdk-v1.ts'
import { SDK_V2 } from '../scenarios/clients/sdk-v2.ts'
import type { McpProgram } from '../scenarios/clients/session.ts'
import { curl, refusal } from '../scenarios/support/http.ts'
import { startMcpServer } from '../scenarios/support/mcp-server.ts'
import { generated, startSystem } from '../scenarios/support/system.ts'
import { folderFor } from '../support/folder.ts'
import { playFirstLogin } from './first-login.ts'
import { buildHydra } from './hydra-program.ts'
import { ACCESS_TOKEN_KEYS, addKey, type Consent, type HydraServer, startHydra } from './hydra-server.ts'
import { openOutcomePage, passed, type Row, readByPage } from './outcome-page.ts'

const PAGE = new URL('../../docs/reference/hydra.md', import.meta.url)
const ROBOT = { id: 'robot', secret: 'a-client-secret-of-this-suite' }
const REGISTRATION = `registration: { clientId: app, redirectUris: ["${REDIRECT_URI}"] }`
const SCOPE = 'openid offline_access mcp:read'

/** `issuer` is written into the issuer's map: what the rows further down add to it. */
const configuration = (issuer = '') => `
issuers:
  hydra:
    issuer: https://id.example.com
    ${issuer}
defaults: { scopes: [mcp:read] }
routes:
  plain: { resource: https://api.example.com/mcp/plain }
  group: { resource: https://api.example.com/mcp/group, claims: { /ext/groups: [family] } }
`

test('hydra: what its tokens and its clients come to behind the gate', async (t) => {
  const built = await buildHydra()
  if ('skip' in built) return t.skip(built.skip)
  const page = openOutcomePage(PAGE, built.release)
  const hydra = await startHydra(built.program)
  t.after(hydra.stop)
  await makeClients(hydra, [])
  const { system, server } = await start(t, hydra)
  const url = (route: string) => `${system.origin}/mcp/${route}`
  const consent = { audience: [url('plain'), url('group')], groups: ['family'] }
  const judge = async (token: unknown, route = 'plain') => {
    const before = server.messages()
    const reply = await curl(url(route), { token: String(token), body: {} })
    return server.messages() > before ? 'passes' : refusal(reply)
  }
  const tokensOf = (clientId: string, granted: Consent = consent) =>
    logInWithCode(hydra.issuer, { clientId, scope: SCOPE, follow: (login) => hydra.follow(login, granted) })
  const robot = async (form: Readonly<Record<string, string>>) =>
    (await hydra.ask(ROBOT, { grant_type: 'client_credentials', scope: 'mcp:read', ...form }))['access_token']
  const row: Row = (what, run) =>
    t.test(what, async () => {
      page.record(what, await run())
    })

  const tokens = await tokensOf('app')
  await row('access token, as delivered', async () => judge((await tokensOf('as-delivered')).access_token))
  await row('JWT access token, consent page grants the resource', () => judge(tokens.access_token))
  await row('JWT access token, consent page grants no audience', async () =>
    judge((await tokensOf('app', { ...consent, audience: [] })).access_token),
  )
  await row('ID token', () => judge(tokens.id_token))
  await row('refresh token', () => judge(tokens.refresh_token))
  const refreshed = async () => (await refresh(hydra.issuer, 'app', (await tokensOf('app')).refresh_token)).access_token
  await row('refresh, resource not in `audience` of the client', () =>
    refreshed().then(passed, (failed: ResponseBodyError) => `Hydra refuses: \`${failed.error}\``),
  )
  await makeClients(hydra, consent.audience)
  await row('refresh, resource in `audience` of the client', async () => judge(await refreshed()))
  await row('client credentials with `audience`', async () => judge(await robot({ audience: url('plain') })))
  await row('client credentials with `resource`', async () => judge(await robot({ resource: url('plain') })))
  const form = { grant_type: 'refresh_token', client_id: 'app', refresh_token: 'x' }
  await row('answer of the token endpoint, page whose origin is in `serve.public.cors`', () =>
    readByPage(`${hydra.issuer}/oauth2/token`, form),
  )
  await row('answer of the token endpoint, page of another origin', () =>
    readByPage(`${hydra.issuer}/oauth2/token`, form, 'https://other.example.com'),
  )
  await row('rule on `/ext/groups`, user in the group', () => judge(tokens.access_token, 'group'))
  await row('rule on `/ext/groups`, user outside', async () =>
    judge((await tokensOf('app', { ...consent, groups: [] })).access_token, 'group'),
  )
  const follow = (login: URL) => hydra.follow(login, consent)
  for (const program of [SDK_V1, SDK_V2]) {
    await row(`MCP ${program.name}, client registered beforehand`, async () => {
      const session = await program.open(url('plain'), {
        kind: 'registered',
        clientId: 'app',
        issuer: hydra.issuer,
        follow,
      })
      const caller = JSON.parse(await session.call('whoami'))
      await session.close()
      return `logs in, calls a tool as client \`${caller.clientId}\``
    })
  }
  const registers = async (program: McpProgram) => {
    const session = await program.open(url('plain'), { kind: 'registers', follow })
    await session.call('whoami')
    await session.close()
    return 'logs in, calls a tool'
  }
  for (const program of [SDK_V1, SDK_V2]) {
    await row(`MCP ${program.name} that registers itself`, () => registers(program).catch(problemOf))
  }
  await system.reconfigure(configuration(REGISTRATION))
  for (const program of [SDK_V1, SDK_V2]) {
    await row(`the same, with \`registration\` in forwardgate, ${program.name}`, () => registers(program))
  }
  await playFirstLogin(t, row, async (resource) => {
    const granted = { ...consent, audience: [resource] }
    return {
      issuer: hydra.issuer,
      url: server.origin,
      token: (await tokensOf('app', granted)).access_token,
      clientId: 'app',
      follow: (login) => hydra.follow(login, granted),
    }
  })

  await addKey(hydra.admin, ACCESS_TOKEN_KEYS, 'next')
  await row('access token signed with a new key', async () => {
    const { access_token: token } = await tokensOf('app')
    assert.match(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString(), /"kid":"next"/)
    return judge(token)
  })
  await row('access token signed with the key before', () => judge(tokens.access_token))

  const folder = folderFor(t)
  await writeFile(join(folder, 'secret'), ROBOT.secret)
  const asks = `{ endpoint: "${hydra.introspection}", clientId: robot, clientSecretFile: ${join(folder, 'secret')} }`
  await system.reconfigure(configuration(`introspection: ${asks}`))
  const opaque = await tokensOf('as-delivered')
  await row('opaque access token, with `introspection`', () => judge(opaque.access_token))
  await row('opaque refresh token, with `introspection`', () => judge(opaque.refresh_token))

  console.log(page.rows().join('\n'))
  assert.deepEqual(page.rows(), page.checkedIn(), 'docs/reference/hydra.md differs; UPDATE_TABLE=1 writes it')
})

/** One client that gets JWTs, one that gets what Hydra makes unless told otherwise, and one without a user; or changes them. */
async function makeClients({ admin }: HydraServer, audience: readonly string[]): Promise<void> {
  const login = {
    scope: SCOPE,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [REDIRECT_URI],
  }
  const jwt = { access_token_strategy: 'jwt' }
  const grant = { grant_types: ['client_credentials'], scope: 'mcp:read' }
  const clients = [
    { ...login, ...jwt, client_id: 'app' },
    { ...login, client_id: 'as-delivered' },
    { ...grant, ...jwt, client_id: ROBOT.id, client_secret: ROBOT.secret },
  ]
  for (const client of clients) {
    const isNew = audience.length === 0
    const path = isNew ? '/clients' : `/clients/${client.client_id}`
    await admin(isNew ? 'POST' : 'PUT', path, { ...client, audience })
  }
}

/** The gate behind a real proxy, with what `generate` writes. */
async function start(t: TestContext, hydra: HydraServer) {
  const server = await startMcpServer({ name: 'mcp-server' })
  t.after(server.stop)
  // The proxy leads to our registration from the beginning; the rows without it do not go there.
  const { manifests } = await generated(configuration(REGISTRATION))
  const files = { configuration: configuration(), variables: '', manifests }
  const system = await startSystem(t, files, async (origin) => ({
    urls: { 'https://api.example.com': origin, 'https://id.example.com': hydra.issuer },
    services: { plain: server.origin, group: server.origin },
  }))
  return { system, server }
}

/** The members of an answer that an SDK takes for wrong; else the error itself. */
function problemOf(error: unknown): string {
  const { issues }: { readonly issues?: readonly { readonly path: readonly unknown[] }[] } = Object(error)
  if (issues === undefined) throw error
  const members = new Set(issues.map(({ path }) => `\`${String(path[0])}\``))
  return `refuses Hydra's answer: ${[...members].join(', ')}`
}
