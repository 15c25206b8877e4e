import * as oauth from 'oauth4webapi'
import { followLogin } from '../../../lab/issuer-login.ts'
import { type Follow, REDIRECT_URI } from './account.ts'

const INSECURE = { [oauth.allowInsecureRequests]: true }

/** A person who logs in at an issuer for a token to look at, and for no resource. */
export interface CodeLogin {
  readonly clientId: string
  readonly scope: string
  readonly follow?: Follow
  /** More of the authorization request. */
  readonly more?: Readonly<Record<string, string>>
}

/** All tokens that an issuer gives a public client, by authorization code and PKCE. */
export async function logInWithCode(issuerUrl: string, login: CodeLogin): Promise<oauth.TokenEndpointResponse> {
  const issuer = await discovered(issuerUrl)
  const client: oauth.Client = { client_id: login.clientId }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const url = new URL(issuer.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: login.clientId,
    redirect_uri: REDIRECT_URI,
    scope: login.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...login.more,
  }).toString()
  const callback = oauth.validateAuthResponse(issuer, client, await (login.follow ?? followLogin)(url), state)
  const ask = [issuer, client, oauth.None(), callback, REDIRECT_URI, verifier, INSECURE] as const
  return oauth.processAuthorizationCodeResponse(issuer, client, await oauth.authorizationCodeGrantRequest(...ask))
}

/** What the issuer gives for a refresh token. */
export async function refresh(issuerUrl: string, clientId: string, token = ''): Promise<oauth.TokenEndpointResponse> {
  const issuer = await discovered(issuerUrl)
  const client: oauth.Client = { client_id: clientId }
  const response = await oauth.refreshTokenGrantRequest(issuer, client, oauth.None(), token, INSECURE)
  return oauth.processRefreshTokenResponse(issuer, client, response)
}

async function discovered(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, INSECURE))
}
