import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Provider from 'oidc-provider'
import { DEFAULT_ACCOUNT, type IssuerOptions, type IssuerRobot, providerConfiguration } from './issuer-configuration.ts'
import { approveInteraction, INTERACTION_PATH } from './issuer-login.ts'
import { closeNow, listenOnLoopback } from './loopback-server.ts'

/** A running issuer. */
export interface Issuer {
  /** The `iss` claim, byte for byte. */
  readonly url: string
  readonly tokenEndpoint: string
  /** An access token by client credentials. */
  token(robot: IssuerRobot, resource: string, scopes: readonly string[]): Promise<string>
  /** Ends a token before its time (RFC 7009). */
  revoke(robot: IssuerRobot, token: string): Promise<void>
  /** Takes the issuer off the network; keys, clients and sessions stay. */
  stop(): Promise<void>
  /** Brings it back on the same port. */
  start(): Promise<void>
}

/**
 * Starts a real authorization server on loopback: discovery (OpenID and RFC 8414), client credentials, authorization
 * code with PKCE and refresh, dynamic registration, resource indicators and `at+jwt` access tokens (RFC 9068). Keys are
 * made anew each time. Whoever comes to log in is logged in and consents to everything: never use it for more than this.
 */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  const handler: { current: (request: IncomingMessage, response: ServerResponse) => void } = { current: () => {} }
  const server = createServer((request, response) => handler.current(request, response))
  const port = await listenOnLoopback(server)
  const origin = `http://127.0.0.1:${port}`
  const path = options.path ?? ''
  const mount = path.replace(/\/$/, '')

  const shape = options.shape ?? {}
  const usual = await providerConfiguration(options, mount)
  const provider = new Provider(`${origin}${path}`, shape.configure?.(usual) ?? usual)
  if (shape.responseIssuer !== undefined) hideResponseIssuer(provider, shape.responseIssuer)
  allowPathsBelow(provider)
  const oidc = provider.callback()
  handler.current = (request, response) => {
    const target = request.url ?? '/'
    const local = shape.aliases?.[target] ?? localTarget(target, mount, shape.openidDiscoveryOnly === true)
    if (local === undefined) {
      response.writeHead(404).end()
      return
    }
    if (local.startsWith(INTERACTION_PATH)) {
      approveInteraction(provider, request, response, options.account?.sub ?? DEFAULT_ACCOUNT)
      return
    }
    // The provider finds out where it is mounted by comparing these two.
    Object.assign(request, { originalUrl: mount + local, url: local })
    // The promise settles only after the answer is out; a failure has been answered by then.
    oidc(request, response).catch(() => response.destroy())
  }

  const tokenEndpoint = `${origin}${mount}/token`
  return {
    url: provider.issuer,
    tokenEndpoint,
    token: (robot, resource, scopes) => fetchToken(tokenEndpoint, robot, resource, scopes),
    async revoke(robot, token) {
      const response = await postAs(robot, `${tokenEndpoint}/revocation`, { token })
      if (!response.ok) throw new Error(`the issuer did not revoke a token of ${robot.id}: status ${response.status}`)
    },
    stop: () => closeNow(server),
    start: async () => {
      await listenOnLoopback(server, { port })
    },
  }
}

/** The provider itself cannot leave it out: here it is taken away on the way out. */
function hideResponseIssuer(provider: Provider, how: 'absent' | 'unannounced'): void {
  provider.use(async (context, next) => {
    await next()
    const { body, response } = context
    if (typeof body === 'object' && body !== null) {
      Reflect.deleteProperty(body, 'authorization_response_iss_parameter_supported')
    }
    const location = response.get('location')
    if (how === 'unannounced' || !URL.canParse(location)) return
    const url = new URL(location)
    url.searchParams.delete('iss')
    response.set('location', url.href)
  })
}

/** As some providers have it: a redirect URI that ends in `/*` stands for every path below, on any port. */
function allowPathsBelow(provider: Provider): void {
  const { prototype } = provider.Client
  const { redirectUriAllowed } = prototype
  prototype.redirectUriAllowed = function allowed(uri) {
    const portless = uri.replace(/:\d+\//, '/')
    const below = (entry: string) => entry.endsWith('/*') && portless.startsWith(entry.slice(0, -1))
    return redirectUriAllowed.call(this, uri) || (this.redirectUris ?? []).some(below)
  }
}

/** The target without the mount path; RFC 8414 §3.1 puts the well-known part before it. */
function localTarget(target: string, mount: string, openidDiscoveryOnly: boolean): string | undefined {
  const wellKnown = '/.well-known/oauth-authorization-server'
  if (target === `${wellKnown}${mount}` || target === `${wellKnown}${mount}/`)
    return openidDiscoveryOnly ? undefined : wellKnown
  return target.startsWith(`${mount}/`) ? target.slice(mount.length) : undefined
}

function postAs(robot: IssuerRobot, endpoint: string, form: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(endpoint, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${Buffer.from(`${robot.id}:${robot.secret}`).toString('base64')}`,
      // A kept connection would be dead after a stop and a start.
      Connection: 'close',
    },
    body: new URLSearchParams(form),
  })
}

async function fetchToken(endpoint: string, robot: IssuerRobot, resource: string, scopes: readonly string[]) {
  const form = { grant_type: 'client_credentials', resource, scope: scopes.join(' ') }
  const response = await postAs(robot, endpoint, form)
  const body: unknown = await response.json()
  if (typeof body === 'object' && body !== null && 'access_token' in body && typeof body.access_token === 'string') {
    return body.access_token
  }
  throw new Error(`the issuer gave ${robot.id} no token: ${JSON.stringify(body)}`)
}
