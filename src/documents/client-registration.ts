import type { OneClient } from '../config/model-issuer.ts'
import { showUnverified } from '../decision/show-unverified.ts'

/** The answer to a registration (RFC 7591 §3.2). */
export type RegistrationAnswer =
  | { readonly status: 201; readonly body: object }
  | { readonly status: 400; readonly body: { readonly error: string; readonly error_description: string } }

/** The grants that a program of a person needs. */
const GRANTS = ['authorization_code', 'refresh_token']

/** No client has more; each is compared with each that is allowed. */
const MAX_REDIRECT_URIS = 50

/**
 * Gives each caller the one public client of the configuration, with those of its redirect URIs to which it may be sent back;
 * nothing is remembered. What else a client asks for is replaced by what that client can do (RFC 7591 §3.2.1).
 */
export function registerClient(registration: OneClient, request: unknown): RegistrationAnswer {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return refuse('invalid_client_metadata', 'The body is not a JSON object')
  }
  const member = (name: string): unknown => (Object.hasOwn(request, name) ? Reflect.get(request, name) : undefined)
  const uris = member('redirect_uris')
  if (!isTexts(uris) || uris.length === 0) return refuse('invalid_redirect_uri', 'redirect_uris is not a list of URIs')
  if (uris.length > MAX_REDIRECT_URIS) return refuse('invalid_redirect_uri', 'There are too many redirect_uris')
  const allowed = uris.filter((uri) => registration.redirectUris.some((entry) => isAllowedRedirect(uri, entry)))
  if (allowed.length === 0) {
    return refuse('invalid_redirect_uri', 'No redirect URI is among those that this server allows')
  }
  const grants = member('grant_types') ?? ['authorization_code']
  if (!isTexts(grants) || !grants.includes('authorization_code')) {
    return refuse('invalid_client_metadata', 'grant_types must contain authorization_code')
  }
  const responses = member('response_types') ?? ['code']
  if (!isTexts(responses) || !responses.includes('code')) {
    return refuse('invalid_client_metadata', 'response_types must contain code')
  }
  return {
    status: 201,
    body: {
      client_id: registration.clientId,
      token_endpoint_auth_method: 'none',
      redirect_uris: allowed,
      grant_types: GRANTS.filter((grant) => grants.includes(grant)),
      response_types: ['code'],
    },
  }
}

/** An answer that refuses (RFC 7591 §3.2.2). The description is fixed: nothing of the request comes back. */
export function refuse(
  error: 'invalid_redirect_uri' | 'invalid_client_metadata',
  description: string,
): RegistrationAnswer {
  return { status: 400, body: { error, error_description: description } }
}

/** What became of a registration, for metrics and log. What the client said is escaped and cut. */
export type RegistrationEvent =
  | { readonly outcome: 'registered'; readonly issuer: string }
  | {
      readonly outcome: 'refused'
      readonly issuer: string
      readonly reason: string
      readonly unverifiedClient?: string
      /** The first few of them. */
      readonly unverifiedRedirectUris: readonly string[]
    }

const MAX_LOGGED_URIS = 5

/** Describes an answer to `request`, which may be anything. */
export function registrationEvent(issuer: string, answer: RegistrationAnswer, request: unknown): RegistrationEvent {
  if (answer.status === 201) return { outcome: 'registered', issuer }
  const said: Members = typeof request === 'object' && request !== null ? { ...request } : {}
  const { client_name: client, redirect_uris: uris } = said
  const texts = Array.isArray(uris) ? uris.slice(0, MAX_LOGGED_URIS).filter((uri) => typeof uri === 'string') : []
  return {
    outcome: 'refused',
    issuer,
    reason: answer.body.error_description,
    ...(typeof client === 'string' ? { unverifiedClient: showUnverified(client) } : {}),
    unverifiedRedirectUris: texts.map(showUnverified),
  }
}

type Members = Readonly<Record<string, unknown>>

/**
 * Code point by code point (RFC 9700 §2.1). Only the port is free, if the allowed one is loopback without a port: a
 * program on a user's machine takes whichever is free (RFC 8252 §7.3). There, `/*` at the end means every path below.
 */
function isAllowedRedirect(uri: string, entry: string): boolean {
  if (uri === entry) return !entry.endsWith('/*')
  const [, host, port = '', path] = LOOPBACK.exec(entry) ?? []
  const [, hostOfUri, portOfUri, pathOfUri] = LOOPBACK.exec(uri) ?? []
  if (path === undefined || pathOfUri === undefined || host !== hostOfUri) return false
  if (port !== '' && port !== portOfUri) return false
  return (entry.endsWith('/*') ? isBelow(pathOfUri, path.slice(0, -1)) : pathOfUri === path) && URL.canParse(uri)
}

const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]))((?::[1-9][0-9]{0,4})?)((?:[/?].*)?)$/s

/** Without anything that one reader takes for another path, for a query or for an escape. */
function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder) && PLAIN_SEGMENTS.test(path.slice(folder.length)) && !path.includes('..')
}

const PLAIN_SEGMENTS = /^[A-Za-z0-9._~!$&'()+,;=:/-]+$/

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
