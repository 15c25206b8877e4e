import type { TestContext } from 'node:test'
import { SDK_V2 } from '../scenarios/clients/sdk-v2.ts'
import { startMcpServer } from '../scenarios/support/mcp-server.ts'
import { generated, startSystem } from '../scenarios/support/system.ts'
import { logInAtKeycloak } from './keycloak-login.ts'
import { copyFor } from './keycloak-program.ts'
import { indicateResource, makeRealm, PASSWORD, REALM } from './keycloak-realm.ts'
import { startKeycloak } from './keycloak-server.ts'
import { passed, type Row } from './outcome-page.ts'

const FEATURE = 'resource-indicators'
const CONFIGURATION = `
issuers: { keycloak: https://id.example.com/realms/${REALM} }
routes: { plain: { resource: https://api.example.com/mcp/plain, scopes: [mcp:read] } }
`

/** Rows of the feature that makes Keycloak read the `resource` of MCP clients; it is off unless switched on. */
export async function playIndicators(t: TestContext, row: Row, home: string): Promise<void> {
  const keycloak = await startKeycloak(await copyFor(home, FEATURE), FEATURE)
  t.after(keycloak.stop)
  await makeRealm(keycloak, 'http://127.0.0.1:1/')
  const server = await startMcpServer({ name: 'mcp-server' })
  t.after(server.stop)
  const { origin } = await startSystem(t, await generated(CONFIGURATION), async (origin) => ({
    urls: { 'https://api.example.com': origin, 'https://id.example.com': keycloak.origin },
    services: { plain: server.origin },
  }))
  const resource = `${origin}/mcp/plain`
  await indicateResource(keycloak, resource)
  const logIn = async (clientId: string) => {
    const issuer = `${keycloak.origin}/realms/${REALM}`
    const follow = (url: URL) => logInAtKeycloak(url, 'alice', PASSWORD)
    const session = await SDK_V2.open(resource, { kind: 'registered', clientId, issuer, follow })
    await session.call('whoami')
    await session.close()
    return 'logs in, calls a tool; `aud` is the resource'
  }
  await row(`feature \`${FEATURE}\`: MCP client, *Audience* mapper with a custom audience`, () =>
    logIn('app').then(passed, (error: Error) => `Keycloak refuses: ${error.message.replace(/^[^:]*: /, '')}`),
  )
  await row(`feature \`${FEATURE}\`: the same, \`resource_url\` on a client, and the mapper includes that client`, () =>
    logIn('indicating'),
  )
}
