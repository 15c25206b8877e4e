import {
  Client,
  ClientCredentialsProvider,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { createProgram, type McpProgram } from './session.ts'

/** @modelcontextprotocol/client: version 2, stricter about issuers, and with a step-up of its own. */
export const SDK_V2: McpProgram = program('legacy')

/** The same, and it asks the server first whether it speaks revision 2026-07-28. */
export const SDK_V2_NEGOTIATING: McpProgram = program('auto')

function program(mode: 'legacy' | 'auto'): McpProgram {
  return createProgram<{
    information: StoredOAuthClientInformation
    tokens: StoredOAuthTokens
    discovery: OAuthDiscoveryState
  }>({
    name: 'client 2.x',
    credentials: (login) => new ClientCredentialsProvider({ ...login, expectedIssuer: login.issuer }),
    known: (clientId, issuer) => ({ client_id: clientId, issuer }),
    dial: (url, provider, fetch, announce) => {
      const client = new Client({ name: 'scenario', version: '1.0.0' }, { versionNegotiation: { mode } })
      const transport = new StreamableHTTPClientTransport(url, { fetch, authProvider: provider as OAuthClientProvider })
      client.setNotificationHandler('notifications/message', ({ params }) => announce(params.data))
      return {
        connect: () => client.connect(transport),
        finishLogin: (callback) => transport.finishAuth(callback),
        call: async (name, input, onProgress) => {
          const onprogress = ({ progress }: { progress: number }) => onProgress(progress)
          return (await client.callTool({ name, arguments: input }, { onprogress })).content
        },
        close: () => client.close(),
      }
    },
    needsLogin: (error) => error instanceof UnauthorizedError,
  })
}
