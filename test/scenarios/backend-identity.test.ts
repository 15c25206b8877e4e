import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startIssuer } from '../../lab/issuer.ts'
import { folderFor } from '../support/folder.ts'
import { missing } from '../support/missing-part.ts'
import { REDIRECT_URI } from './clients/account.ts'
import { SDK_V1 } from './clients/sdk-v1.ts'
import { SDK_V2 } from './clients/sdk-v2.ts'
import { startFastMcp } from './support/fastmcp.ts'
import { startMcpServer } from './support/mcp-server.ts'
import { generated, startSystem } from './support/system.ts'

/** A name that no header can carry as it is. */
const NAME = 'Jörg "J" Müller, Köln'
const BACKENDS = fileURLToPath(new URL('../../examples/backends/', import.meta.url))

/** A route to one backend, whose name is the route's; `NAME` logs in. */
async function start(
  t: TestContext,
  name: string,
  origin: string,
  more = '',
  urls: Readonly<Record<string, string>> = {},
) {
  const configuration = `
issuers: { main: https://id.example.com }
routes:
  ${name}: { resource: https://api.example.com/mcp/${name}, scopes: [mcp:read, mcp:write]${more} }
`
  const world = { issuer: '' }
  const system = await startSystem(t, await generated(configuration, urls), async (gate) => {
    const issuer = await startIssuer({
      resources: [{ resource: `${gate}/mcp/${name}`, scopes: ['mcp:read', 'mcp:write'] }],
      apps: [{ id: 'app', redirectUris: [REDIRECT_URI] }],
      account: { sub: NAME },
    })
    t.after(() => issuer.stop())
    world.issuer = issuer.url
    return {
      urls: { 'https://api.example.com': gate, 'https://id.example.com': issuer.url, ...urls },
      services: { [name]: origin },
    }
  })
  const login = { kind: 'registered', clientId: 'app', issuer: world.issuer } as const
  return { system, login, url: `${system.origin}/mcp/${name}` }
}

test('backend-identity: the TypeScript SDK’s AuthInfo', async (t) => {
  const server = await startMcpServer({ name: 'typescript' })
  t.after(() => server.stop())
  const { url, login } = await start(t, 'typescript', server.origin)
  for (const program of [SDK_V1, SDK_V2]) {
    await t.test(`${program.name} | a tool sees who calls`, async () => {
      const session = await program.open(url, login)
      const { token, ...caller } = JSON.parse(await session.call('whoami'))
      assert.deepEqual(caller, {
        clientId: 'app',
        scopes: ['mcp:read', 'mcp:write'],
        extra: { subject: NAME, issuer: 'main' },
      })
      assert.equal(token, session.accessToken(), 'upstreamAuthorization: keep')
      await session.close()
    })
  }
})

test('backend-identity: FastMCP’s AccessToken', async (t) => {
  const server = await startFastMcp(`${BACKENDS}fastmcp`)
  if (server === undefined) return t.skip(missing('FastMCP (python3-venv, PyPI)', 'its example is not tested'))
  t.after(() => server.stop())
  const { url, login } = await start(t, 'fastmcp', server.origin)
  for (const program of [SDK_V1, SDK_V2]) {
    await t.test(`${program.name} | a tool sees who calls`, async () => {
      const session = await program.open(url, login)
      const caller = { clientId: 'app', scopes: ['mcp:read', 'mcp:write'], subject: NAME, issuer: 'main' }
      assert.deepEqual(JSON.parse(await session.call('whoami')), caller)
      await session.close()
    })
  }
})

test('backend-identity: a backend that needs a key of its own never sees the user’s token', async (t) => {
  const secrets = folderFor(t)
  await writeFile(join(secrets, 'backend-key'), 'Bearer key-of-the-backend\n')
  const server = await startMcpServer({ name: 'keyed' })
  t.after(() => server.stop())
  const more = ', upstreamAuthorization: { secretFile: /run/secrets/forwardgate/backend-key }'
  const { url, login, system } = await start(t, 'keyed', server.origin, more, { '/run/secrets/forwardgate': secrets })
  for (const program of [SDK_V1, SDK_V2]) {
    await t.test(`${program.name} | the key arrives, the token does not`, async () => {
      const session = await program.open(url, login)
      const { token, extra } = JSON.parse(await session.call('whoami'))
      assert.deepEqual([token, extra.subject], ['key-of-the-backend', NAME])
      await session.close()
      for (const { headers } of server.arrivals) assert.equal(headers.authorization, 'Bearer key-of-the-backend')
    })
  }
  assert.ok(!JSON.stringify(system.log()).includes('key-of-the-backend'), 'nor the log')
})

test('backend-identity: the page shows the files that are tested', () => {
  const page = readFileSync(new URL('../../docs/how-to/backend-identity.md', import.meta.url), 'utf8')
  for (const file of ['typescript-sdk/identity.ts', 'fastmcp/identity.py']) {
    assert.ok(page.includes(`\n${readFileSync(`${BACKENDS}${file}`, 'utf8')}\`\`\``), file)
  }
})
