import type { TestContext } from 'node:test'
import { startIssuer } from '../../lab/issuer.ts'
import { startMcpServer } from '../scenarios/support/mcp-server.ts'
import { likeAuthentik } from '../scenarios/support/provider-shapes.ts'
import { generated, startSystem } from '../scenarios/support/system.ts'

/** The client that the gate gives to every program that registers. */
export const SHARED_CLIENT = 'mcp-clients'
/** Seconds that a token of the route `short` lives. */
export const SHORT_LIFE = 3
const SCOPES = ['mcp:read', 'mcp:count']
const REDIRECT_URIS = [
  'http://127.0.0.1/callback',
  'http://127.0.0.1/callback/*',
  'http://localhost/callback',
  'http://localhost/oauth/callback',
]
const TOOLS = '{ tools: { whoami: allow, count: [mcp:count] }, default: deny }'
/** A provider without registration, for which the gate registers, and an issuer that registers by itself. */
const CONFIGURATION = `
issuers:
  provider:
    issuer: https://provider.example.com/application/o/mcp/
    booleanScopes: true
    registration: { clientId: ${SHARED_CLIENT}, redirectUris: ${JSON.stringify(REDIRECT_URIS)} }
  main: { issuer: "https://id.example.com", clockTolerance: 0s }
defaults: { scopes: [mcp:read] }
routes:
  shared:
    issuers: [provider]
    resource: https://api.example.com/mcp/shared
    audience: [${SHARED_CLIENT}]
    clientIds: [${SHARED_CLIENT}]
    mcp: ${TOOLS}
  short: { issuers: [main], resource: https://api.example.com/mcp/short, mcp: ${TOOLS} }
`

/** Starts issuers, server, gate and proxy; the URL of a route. */
export async function startWorld(t: TestContext): Promise<(route: 'shared' | 'short') => string> {
  const server = await startMcpServer({ name: 'tools' })
  t.after(server.stop)
  const system = await startSystem(t, await generated(CONFIGURATION), async (origin) => {
    const provider = await startIssuer({
      path: '/application/o/mcp/',
      resources: [],
      apps: [{ id: SHARED_CLIENT, redirectUris: REDIRECT_URIS }],
      shape: { ...likeAuthentik(SCOPES), responseIssuer: 'absent' },
    })
    t.after(provider.stop)
    const main = await startIssuer({
      resources: [{ resource: `${origin}/mcp/short`, scopes: SCOPES, tokenLife: SHORT_LIFE }],
    })
    t.after(main.stop)
    return {
      urls: {
        'https://api.example.com': origin,
        'https://provider.example.com/application/o/mcp/': provider.url,
        'https://id.example.com': main.url,
      },
      services: { shared: server.origin, short: server.origin },
    }
  })
  return (route) => `${system.origin}/mcp/${route}`
}
