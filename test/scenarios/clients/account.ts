import { randomUUID } from 'node:crypto'
import { followLogin } from '../../../lab/issuer-login.ts'

/** How a client becomes known to the authorization server, and who uses it. */
export type Login =
  /** A person; the client registers itself (RFC 7591). Without `refreshes` it keeps no refresh token. */
  | { readonly kind: 'registers'; readonly refreshes?: false; readonly follow?: Follow }
  /** A person; the client was registered and its id typed in. */
  | {
      readonly kind: 'registered'
      readonly clientId: string
      readonly issuer: string
      readonly refreshes?: false
      readonly follow?: Follow
    }
  /** No user: client credentials. */
  | {
      readonly kind: 'credentials'
      readonly clientId: string
      readonly clientSecret: string
      readonly issuer: string
      /** What the program was configured to request; without it version 1 of the SDK asks for nothing, version 2 as the challenge says. */
      readonly scope?: string
    }

/** Plays the browser at a login page: from the authorization request to the call of the redirect URI. */
export type Follow = (authorizationUrl: URL) => Promise<URL>

/** A request that a client made, to whomever. */
export interface Exchange {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly challenge: string | null
  /** The form that was sent to a token endpoint. */
  readonly form: URLSearchParams | undefined
}

/** What an SDK gives a program to store. */
export interface Stored {
  information: object
  tokens: { access_token: string; refresh_token?: string | undefined }
  discovery: object
}

/** What a client remembers about its login, in the shape that both SDKs ask for. */
export interface Provider<S extends Stored> {
  readonly redirectUrl: string
  readonly clientMetadata: ClientMetadata
  state(): string
  clientInformation(): S['information'] | undefined
  saveClientInformation(information: S['information']): void
  tokens(): S['tokens'] | undefined
  saveTokens(tokens: S['tokens']): void
  redirectToAuthorization(url: URL): void
  saveCodeVerifier(verifier: string): void
  codeVerifier(): string
  saveDiscoveryState(state: S['discovery']): void
  discoveryState(): S['discovery'] | undefined
  invalidateCredentials(scope: string): void
}

/** A person who uses a client, and what the client remembers. */
export interface Account<Remembered> {
  readonly provider: Remembered
  /** Every authorization request that the client sent the user to. */
  readonly logins: readonly URL[]
  /** Plays the user at the last of them; what the client's redirect URI is called with. */
  login(): Promise<URLSearchParams>
}

interface Memory<S extends Stored> {
  information: S['information'] | undefined
  tokens: S['tokens'] | undefined
  discovery: S['discovery'] | undefined
  verifier: string
  state: string
}

interface ClientMetadata {
  client_name: string
  redirect_uris: string[]
  grant_types: string[]
  response_types: string[]
  token_endpoint_auth_method: string
}

/** Nothing is remembered yet but `known`, if the client was registered and its id typed in. */
export function createAccount<S extends Stored>(
  refreshes: boolean,
  known: S['information'] | undefined,
  follow: Follow = followLogin,
): Account<Provider<S>> {
  const memory: Memory<S> = { information: known, tokens: undefined, discovery: undefined, verifier: '', state: '' }
  const logins: URL[] = []
  return {
    logins,
    login: async () => {
      const url = logins.at(-1)
      if (url === undefined) throw new Error('the client opened no login')
      const { searchParams } = await follow(url)
      if (searchParams.has('error')) throw new Error(`the issuer refuses: ${searchParams.get('error_description')}`)
      if (searchParams.get('state') !== memory.state) throw new Error('this is the answer to another login')
      return searchParams
    },
    provider: {
      redirectUrl: REDIRECT_URI,
      clientMetadata: {
        client_name: 'scenario',
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
      state: () => {
        memory.state = randomUUID()
        return memory.state
      },
      clientInformation: () => memory.information,
      saveClientInformation: (information) => {
        memory.information = information
      },
      tokens: () => memory.tokens,
      saveTokens: (tokens) => {
        const { refresh_token: _dropped, ...kept } = tokens
        memory.tokens = refreshes ? tokens : kept
      },
      redirectToAuthorization: (url) => {
        logins.push(url)
      },
      saveCodeVerifier: (verifier) => {
        memory.verifier = verifier
      },
      codeVerifier: () => memory.verifier,
      saveDiscoveryState: (discovery) => {
        memory.discovery = discovery
      },
      discoveryState: () => memory.discovery,
      invalidateCredentials: (scope) => {
        if (scope === 'all' || scope === 'discovery') memory.discovery = undefined
        if (scope === 'all' || scope === 'tokens') memory.tokens = undefined
        if (scope === 'all' || scope === 'client') memory.information = known
      },
    },
  }
}

/** Fetches, and writes down what was fetched. */
export function recordingFetch(exchanges: Exchange[]): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const response = await fetch(url, init)
    exchanges.push({
      method: init?.method ?? 'GET',
      url: String(url),
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      form: init?.body instanceof URLSearchParams ? init.body : undefined,
    })
    return response
  }
}

/** Where a program on the user's machine waits for its login to come back (RFC 8252 §7.3). */
export const REDIRECT_URI = 'http://127.0.0.1:33418/callback'
