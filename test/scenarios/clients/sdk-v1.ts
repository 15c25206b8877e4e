import {
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  UnauthorizedError,
} from '@modelcontextprotocol/sdk/client/auth.js'
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { createProgram, type McpProgram } from './session.ts'

/** @modelcontextprotocol/sdk: version 1, which most programs are built on. */
export const SDK_V1: McpProgram = createProgram<{
  information: OAuthClientInformationMixed
  tokens: OAuthTokens
  discovery: OAuthDiscoveryState
}>({
  name: 'sdk 1.x',
  credentials: (login) => new ClientCredentialsProvider({ ...login, expectedIssuer: login.issuer }),
  known: (clientId, issuer) => ({ client_id: clientId, issuer }),
  dial: (url, provider, fetch, announce) => {
    const client = new Client({ name: 'scenario', version: '1.0.0' })
    const transport = new StreamableHTTPClientTransport(url, { fetch, authProvider: provider as OAuthClientProvider })
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => announce(params.data))
    return {
      // The SDK's own types differ here under exactOptionalPropertyTypes.
      connect: () => client.connect(transport as Parameters<typeof client.connect>[0]),
      finishLogin: (callback) => transport.finishAuth(callback.get('code') ?? ''),
      call: async (name, input, onProgress) => {
        const onprogress = ({ progress }: { progress: number }) => onProgress(progress)
        return (await client.callTool({ name, arguments: input }, undefined, { onprogress })).content
      },
      close: () => client.close(),
    }
  },
  needsLogin: (error) => error instanceof UnauthorizedError,
})
