import { acrValue, duration, nonEmptyList } from './schema-text.ts'

/** How the user of a token must have authenticated: keys of a route, a way in, a rule and an MCP call. */
export const authenticationShape = {
  acr: nonEmptyList(acrValue)
    .optional()
    .describe(
      'Authentication context classes; `acr` in the token must be one of them, else the client is told to log its user in again (RFC 9470). If several lists apply, it must be in all of them.',
    ),
  maxAuthAge: duration
    .optional()
    .describe(
      'How long ago the user may have authenticated, by `auth_time` in the token; 10s to 365d. If several apply, the shortest counts (RFC 9470).',
    ),
}
