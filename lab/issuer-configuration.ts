import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { type ClientMetadata, type Configuration, errors } from 'oidc-provider'
import { INTERACTION_PATH } from './issuer-login.ts'
import { createIssuerStorage } from './issuer-storage.ts'

/** How an issuer is set up. */
export interface IssuerOptions {
  /** What the issuer identifier ends in after the port: empty, `/`, or such as `/application/o/mcp/`. */
  readonly path?: string
  readonly resources: readonly IssuerResource[]
  readonly robots?: readonly IssuerRobot[]
  /** A person's program: a public client with PKCE. Loopback redirect URIs match on every port (RFC 8252 §7.3). */
  readonly apps?: readonly { readonly id: string; readonly redirectUris: readonly string[] }[]
  /** The person who logs in by herself: name (`sub`) and claims for her access tokens. */
  readonly account?: { readonly sub: string; readonly claims?: Readonly<Record<string, unknown>> }
  /** Seconds that an access token lives where neither client nor resource says otherwise; default 600. */
  readonly tokenLife?: number
  /** Where it differs from the rest of the world. */
  readonly shape?: IssuerShape
}

/** What makes an issuer like that of one provider. */
export interface IssuerShape {
  /** True: no document at the place of RFC 8414, only at that of OpenID Connect. */
  readonly openidDiscoveryOnly?: boolean
  /** Paths of the provider, and what stands there; such as `/application/o/token/` for `/token`. */
  readonly aliases?: Readonly<Record<string, string>>
  /** Whether `iss` in authorization responses (RFC 9207) is left out, or only not announced; unless written, both are there. */
  readonly responseIssuer?: 'absent' | 'unannounced'
  readonly configure?: (configuration: Configuration) => Configuration
}

/** A protected resource for which this issuer signs tokens when a client asks for it by `resource` (RFC 8707). */
interface IssuerResource {
  readonly resource: string
  readonly scopes: readonly string[]
  readonly algorithm?: 'RS256' | 'ES256'
  readonly tokenLife?: number
  /** True: tokens that only the issuer can read, by introspection (RFC 7662). */
  readonly opaque?: boolean
}

/** A confidential client of the client-credentials grant. */
export interface IssuerRobot {
  readonly id: string
  readonly secret: string
  readonly tokenLife?: number
  /** Further claims for its access tokens. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** The person who logs in where the options name none. */
export const DEFAULT_ACCOUNT = 'alice'

/** The configuration of the provider, mounted at a path; its keys are made anew each time. */
export async function providerConfiguration(options: IssuerOptions, mount: string): Promise<Configuration> {
  const robots = new Map((options.robots ?? []).map((robot) => [robot.id, robot]))
  const account = options.account ?? { sub: DEFAULT_ACCOUNT }
  const life = options.tokenLife ?? 600
  return {
    adapter: createIssuerStorage(),
    jwks: { keys: [await signingKey('RS256'), await signingKey('ES256')] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    clients: [...robots.values()].map(robotMetadata).concat((options.apps ?? []).map(appMetadata)),
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    // Also as scopes of the server itself: clients that register name the scopes of their resource.
    scopes: new Set(['openid', 'offline_access', ...options.resources.flatMap(({ scopes }) => scopes)]),
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    renderError: async (context, out) => {
      context.type = 'application/json'
      context.body = JSON.stringify(out)
    },
    findAccount: async (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    extraTokenClaims: async (_context, token) => {
      const robot = token.kind === 'ClientCredentials' ? robots.get(token.clientId ?? '') : undefined
      return { ...(robot ?? account).claims }
    },
    interactions: { url: (_context, interaction) => `${mount}${INTERACTION_PATH}${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      registration: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (_context, _client, resources) => resources ?? [],
        useGrantedResource: async () => true,
        getResourceServerInfo: async (_context, indicator) => {
          const known = options.resources.find(({ resource }) => resource === indicator)
          if (known === undefined) throw new errors.InvalidTarget()
          return {
            scope: known.scopes.join(' '),
            audience: known.resource,
            accessTokenTTL: known.tokenLife ?? life,
            ...(known.opaque === true
              ? { accessTokenFormat: 'opaque' }
              : { accessTokenFormat: 'jwt', jwt: { sign: { alg: known.algorithm ?? 'RS256' } } }),
          }
        },
      },
    },
    ttl: {
      AccessToken: (_context, token) => token.resourceServer?.accessTokenTTL ?? life,
      ClientCredentials: (_context, token, client) =>
        robots.get(client.clientId)?.tokenLife ?? token.resourceServer?.accessTokenTTL ?? life,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
  }
}

async function signingKey(algorithm: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const kid = `${algorithm}-${randomBytes(4).toString('hex')}`
  return { ...(await exportJWK(privateKey)), kid, alg: algorithm, use: 'sig' }
}

function robotMetadata({ id, secret }: IssuerRobot): ClientMetadata {
  return {
    client_id: id,
    client_secret: secret,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  }
}

function appMetadata({
  id,
  redirectUris,
}: {
  readonly id: string
  readonly redirectUris: readonly string[]
}): ClientMetadata {
  return {
    client_id: id,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [...redirectUris],
  }
}
