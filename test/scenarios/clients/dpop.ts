import type { webcrypto } from 'node:crypto'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import * as oauth from 'oauth4webapi'

/** A client that was registered beforehand, and how its user gets through the login. */
export interface DpopLogin {
  readonly clientId: string
  readonly redirectUri: string
  readonly scope: string
  /** Plays the browser; promises what the redirect URI is called with. */
  readonly follow: (authorizationUrl: URL) => Promise<URL>
  /** More of the authorization request, such as `acr_values`. */
  readonly more?: Readonly<Record<string, string>>
  /** Tokens are for this resource (RFC 8707); false where the issuer refuses the parameter. Default true. */
  readonly sendsResource?: boolean
}

/** A person who is logged in with tokens that are bound to a key. */
export interface DpopSession {
  readonly issuer: oauth.AuthorizationServer
  readonly metadata: oauth.ResourceServer
  /** What the token endpoint said the last time. */
  tokens(): oauth.TokenEndpointResponse
  readonly key: webcrypto.CryptoKeyPair
  /** A request with token and proof; one more where a nonce is asked for. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>
  /** Every answer of the resource: status, and the error of its challenge. */
  readonly answers: readonly string[]
  /** New tokens for the refresh token, with the key of the session or another one. */
  refresh(key?: webcrypto.CryptoKeyPair): Promise<void>
  /** The text of a tool, called by the official MCP client on top of `fetch`. */
  call(tool: string): Promise<string>
}

const INSECURE = { [oauth.allowInsecureRequests]: true }

/**
 * A client that knows DPoP (RFC 9449) logs in as MCP says: from the metadata of the resource to the issuer, authorization
 * code with PKCE, tokens bound to a key of its own. The official MCP clients cannot do that; oauth4webapi can, and gives
 * them their `fetch`.
 */
export async function logInWithKey(resource: string, login: DpopLogin): Promise<DpopSession> {
  const metadata = await oauth.processResourceDiscoveryResponse(
    new URL(resource),
    await oauth.resourceDiscoveryRequest(new URL(resource), INSECURE),
  )
  const issuerUrl = new URL(metadata.authorization_servers?.[0] ?? '')
  const issuer = await oauth.processDiscoveryResponse(issuerUrl, await oauth.discoveryRequest(issuerUrl, INSECURE))
  const client: oauth.Client = { client_id: login.clientId }
  const key = await oauth.generateKeyPair('ES256')
  const DPoP = oauth.DPoP(client, key)
  let tokens = await authorize(resource, issuer, client, DPoP, login)

  const answers: string[] = []
  const send = async (url: string | URL, init: RequestInit = {}) => {
    const { method = 'GET', headers, body, signal } = init
    const response = await oauth
      .protectedResourceRequest(
        tokens.access_token,
        method,
        new URL(url),
        new Headers(headers),
        typeof body === 'string' ? body : null,
        { DPoP, ...INSECURE, ...(signal ? { signal } : {}) },
      )
      .catch((error: unknown) => {
        if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw error
        answers.push(`${error.status} ${error.cause.map(({ parameters }) => parameters['error']).join(' ')}`)
        if (oauth.isDPoPNonceError(error)) return undefined
        return error.response
      })
    if (response !== undefined && response.status !== 401) answers.push(String(response.status))
    return response
  }
  const fetchWithProof = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const response = (await send(url, init)) ?? (await send(url, init))
    if (response === undefined) throw new Error('the gate asks for a nonce, and takes none that it gave')
    return response
  }
  return {
    issuer,
    metadata,
    tokens: () => tokens,
    key,
    fetch: fetchWithProof,
    answers,
    refresh: async (other) => {
      const proof = other === undefined ? DPoP : oauth.DPoP(client, other)
      const ask = () =>
        oauth
          .refreshTokenGrantRequest(issuer, client, oauth.None(), tokens.refresh_token ?? '', {
            DPoP: proof,
            ...INSECURE,
            ...forResource(resource, login),
          })
          .then((response) => oauth.processRefreshTokenResponse(issuer, client, response))
      tokens = await withNonce(ask)
    },
    call: (tool) => callTool(resource, fetchWithProof, tool),
  }
}

async function authorize(
  resource: string,
  issuer: oauth.AuthorizationServer,
  client: oauth.Client,
  DPoP: oauth.DPoPHandle,
  login: DpopLogin,
): Promise<oauth.TokenEndpointResponse> {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const url = new URL(issuer.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: login.clientId,
    redirect_uri: login.redirectUri,
    scope: login.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    dpop_jkt: await DPoP.calculateThumbprint(),
    ...(login.sendsResource === false ? {} : { resource }),
    ...login.more,
  }).toString()
  const callback = oauth.validateAuthResponse(issuer, client, await login.follow(url), state)
  const ask = async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      issuer,
      client,
      oauth.None(),
      callback,
      login.redirectUri,
      verifier,
      { DPoP, ...INSECURE, ...forResource(resource, login) },
    )
    return oauth.processAuthorizationCodeResponse(issuer, client, response)
  }
  return withNonce(ask)
}

/** Asks once more where the token endpoint wants its nonce (RFC 9449 §8). */
function withNonce<T>(ask: () => Promise<T>): Promise<T> {
  return ask().catch((error: unknown) => {
    if (oauth.isDPoPNonceError(error)) return ask()
    throw error
  })
}

function forResource(resource: string, { sendsResource }: DpopLogin) {
  return sendsResource === false ? {} : { additionalParameters: { resource } }
}

async function callTool(url: string, fetch: DpopSession['fetch'], tool: string): Promise<string> {
  const client = new Client({ name: 'scenario', version: '1.0.0' })
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { fetch }))
  try {
    const { content } = await client.callTool({ name: tool, arguments: {} })
    const [first] = content
    return first?.type === 'text' ? first.text : JSON.stringify(content)
  } finally {
    await client.close()
  }
}
