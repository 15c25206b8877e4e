import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { startGate } from '../lab/gate.ts'
import { startIssuer } from '../lab/issuer.ts'
import { followLogin } from '../lab/issuer-login.ts'
import { startDemoMcpServer } from '../lab/mcp-server.ts'
import { openProxy, type ProxyKind } from '../lab/open-proxy.ts'
import { Mismatch } from './play.ts'
import type { Stage } from './stage.ts'
import type { Keep } from './world.ts'

const PROXY_BODY_BYTES = 4_194_304
const REDIRECT_URI = 'http://127.0.0.1:33418/callback'

/**
 * Plays what a user of the official MCP client sees where single tools need scopes of their own: connects, lists, calls
 * what it may, is refused, steps up by one more login, and succeeds. Throws a `Mismatch` where it is not so.
 */
export async function playMcp(
  kind: Exclude<ProxyKind, 'caddy'>,
  keep: Keep,
  onLine: (line: string) => void,
  stage: Stage,
): Promise<void> {
  const proxy = await keep(openProxy(kind, onLine))
  const resource = `${proxy.origin}/mcp/pods`
  const issuer = await keep(
    startIssuer({
      resources: [{ resource, scopes: ['mcp:read', 'mcp:admin'] }],
      apps: [{ id: 'demo', redirectUris: [REDIRECT_URI] }],
      account: { sub: 'alice' },
    }),
  )
  const server = await keep(startDemoMcpServer())
  const configuration = `issuers:
  demo: ${issuer.url}
routes:
  pods:
    resource: ${resource}
    scopes: [mcp:read]
    mcp:
      tools: { "list_*": allow, delete_pod: [mcp:admin] }
      default: deny
`
  const gate = await keep(startGate(configuration, onLine))
  const routes = [{ path: '/mcp/pods', verify: '/verify/pods', maxBodySize: PROXY_BODY_BYTES }]
  const identityHeaders = ['X-Auth-Subject', 'X-Auth-Issuer', 'X-Auth-Client', 'X-Auth-Scopes']
  await proxy.connect({ verifier: gate.auth, upstream: server.origin, routes, identityHeaders })
  stage.note(`forwardgate behind ${proxy.name}, with this configuration:\n`)
  stage.note(configuration.replace(/^(?=.)/gm, '   ').trimEnd())
  await playClient(new URL(resource), issuer.url, stage)
}

async function playClient(url: URL, issuer: string, stage: Stage): Promise<void> {
  const account = createAccount(issuer)
  const refusals: string[] = []
  const transport = new StreamableHTTPClientTransport(url, {
    authProvider: account.provider,
    fetch: watched(refusals),
  })
  let client = new Client({ name: 'demo', version: '1.0.0' })

  stage.scene('The official client logs in', 'For the scopes of the first challenge, which are those of the route.')
  await client.connect(transport).catch(() => undefined)
  await transport.finishAuth(await account.login())
  client = new Client({ name: 'demo', version: '1.0.0' })
  const dial = new StreamableHTTPClientTransport(url, { authProvider: account.provider, fetch: watched(refusals) })
  await client.connect(dial)
  expectScopes(account.asked(), 'mcp:read')
  stage.passed(`logged in for ${account.asked()}`)

  stage.scene('It lists tools', 'All of them: the server decides what it lists, and forwardgate sees only requests.')
  const { tools } = await client.listTools()
  stage.passed(tools.map(({ name }) => name).join(', '))

  stage.scene('It calls list_pods', 'This tool needs only what the route needs.')
  stage.passed(textOf(await client.callTool({ name: 'list_pods', arguments: {} })))

  stage.scene(
    'It calls delete_pod',
    'The body names the tool, and the token lacks mcp:admin: the challenge names every scope that is needed.',
  )
  const refused = await client.callTool({ name: 'delete_pod', arguments: {} }).then(
    () => false,
    () => true,
  )
  if (!refused) throw new Mismatch('delete_pod: expected a refusal')
  stage.note(`   WWW-Authenticate: ${refusals[0]}`)
  if (refusals[0]?.includes('scope="mcp:read mcp:admin", error="insufficient_scope"') !== true) {
    throw new Mismatch(`challenge: got ${refusals[0]}`)
  }
  stage.passed('403, and the client sends its user to a login for exactly these scopes')

  stage.scene('It steps up', 'One more login, then the same call again.')
  await dial.finishAuth(await account.login())
  expectScopes(account.asked(), 'mcp:read mcp:admin')
  const done = textOf(await client.callTool({ name: 'delete_pod', arguments: {} }))
  stage.passed(`logged in for ${account.asked()}: ${done}`)

  stage.scene(
    'It calls a tool that no entry allows',
    'default: deny. No login would help, so there is no challenge and no login.',
  )
  const denied = await client.callTool({ name: 'drop_table', arguments: {} }).then(
    () => false,
    () => true,
  )
  if (!denied || refusals.at(-1) !== 'no challenge') throw new Mismatch('drop_table: expected 403 without a challenge')
  stage.passed('403 mcp_not_allowed')
  await client.close()
}

function watched(refusals: string[]): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (response.status === 403) refusals.push(response.headers.get('www-authenticate') ?? 'no challenge')
    return response
  }
}

/** A person with a client that somebody registered; it keeps no refresh token, so that a step-up is a login. */
function createAccount(issuer: string) {
  const logins: URL[] = []
  let tokens: Awaited<ReturnType<OAuthClientProvider['tokens']>>
  let verifier = ''
  let discovery: OAuthDiscoveryState | undefined
  const provider: OAuthClientProvider = {
    redirectUrl: REDIRECT_URI,
    clientMetadata: { client_name: 'demo', redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none' },
    clientInformation: () => ({ client_id: 'demo', issuer }),
    tokens: () => tokens,
    saveTokens: (next) => {
      tokens = next
    },
    redirectToAuthorization: (url) => {
      logins.push(url)
    },
    saveCodeVerifier: (next) => {
      verifier = next
    },
    codeVerifier: () => verifier,
    saveDiscoveryState: (next) => {
      discovery = next
    },
    discoveryState: () => discovery,
  }
  return {
    provider,
    /** The scopes of the last login. */
    asked: () => logins.at(-1)?.searchParams.get('scope') ?? '',
    login: async () => (await followLogin(logins.at(-1) ?? fail())).searchParams,
  }
}

function fail(): never {
  throw new Mismatch('the client started no login')
}

function expectScopes(asked: string, expected: string): void {
  const missing = expected.split(' ').filter((scope) => !asked.split(' ').includes(scope))
  if (missing.length > 0) throw new Mismatch(`scopes: expected ${expected}, asked for ${asked}`)
}

function textOf(result: { readonly content?: unknown }): string {
  const [first] = Array.isArray(result.content) ? result.content : []
  return String(first?.text)
}
