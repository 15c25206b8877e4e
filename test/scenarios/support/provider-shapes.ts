import type { Configuration } from 'oidc-provider'
import type { IssuerShape } from '../../../lab/issuer-configuration.ts'

/** What an application of Authentik may differ in. */
interface AuthentikOptions {
  /** A client whose tokens have expired a minute before they are issued. */
  readonly late?: string
  /** Its client credentials get what an ID token of `audience` would be: the same claims, no client. */
  readonly idTokens?: { readonly client: string; readonly audience: string }
}

/**
 * An issuer as Authentik has one for each application: found by OpenID Connect discovery only; no registration; one
 * token endpoint for all; `aud` is the client ID whatever `resource` is asked for; each granted scope is a claim
 * `"mcp:read": true`, there is no `scope`; the client in `azp`.
 */
export function likeAuthentik(scopes: readonly string[], options: AuthentikOptions = {}): IssuerShape {
  return {
    openidDiscoveryOnly: true,
    aliases: { '/application/o/token/': '/token' },
    configure: (usual): Configuration => ({
      ...usual,
      scopes: new Set(['openid', 'profile', 'email', 'offline_access', ...scopes]),
      features: {
        ...usual.features,
        registration: { enabled: false },
        resourceIndicators: {
          enabled: true,
          defaultResource: async () => 'urn:application',
          useGrantedResource: async () => true,
          getResourceServerInfo: async (_context, _indicator, { clientId }) => ({
            scope: scopes.join(' '),
            audience: clientId,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 600,
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
      formats: {
        customizers: {
          jwt: (_context, _token, parts) => {
            const { payload } = parts
            parts.header = { ...parts.header, typ: 'JWT' }
            for (const scope of words(payload['scope'])) payload[scope] = true
            payload['azp'] = payload['client_id']
            if (payload['azp'] === options.late) payload['exp'] = Number(payload['iat']) - 60
            if (payload['azp'] === options.idTokens?.client) {
              payload['aud'] = options.idTokens?.audience
              delete payload['azp']
            }
            delete payload['scope']
            delete payload['client_id']
          },
        },
      },
    }),
  }
}

/**
 * An issuer that names its API by an identifier of its own, as Auth0, Okta and Keycloak with a mapper do: `aud` is that,
 * whatever `resource` is asked for; a plain `typ: JWT`.
 */
export function likeApi(
  audience: string,
  options: { readonly algorithm: 'RS256' | 'ES256'; readonly late?: string; readonly registration?: false },
): IssuerShape {
  return {
    openidDiscoveryOnly: true,
    // Registration in its place is possible only then.
    ...(options.registration === false ? { responseIssuer: 'absent' as const } : {}),
    configure: (usual): Configuration => ({
      ...usual,
      features: {
        ...usual.features,
        registration: { enabled: options.registration !== false },
        resourceIndicators: {
          enabled: true,
          defaultResource: async () => 'urn:api',
          useGrantedResource: async () => true,
          getResourceServerInfo: async () => ({
            scope: '',
            audience,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 600,
            jwt: { sign: { alg: options.algorithm } },
          }),
        },
      },
      formats: {
        customizers: {
          jwt: (_context, _token, parts) => {
            parts.header = { ...parts.header, typ: 'JWT' }
            const { client_id: client, iat } = parts.payload
            if (client === options.late) parts.payload['exp'] = Number(iat) - 60
          },
        },
      },
    }),
  }
}

function words(text: unknown): readonly string[] {
  return typeof text === 'string' ? text.split(' ').filter(Boolean) : []
}
