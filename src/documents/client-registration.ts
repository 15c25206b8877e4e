import type { OneClient } from '../config/model-issuer.ts'

/** The answer to a registration (RFC 7591 §3.2). */
export interface RegistrationAnswer {
  readonly status: 201 | 400
  readonly body: object
}

/** The grants that a program of a person needs. */
const GRANTS = ['authorization_code', 'refresh_token']

/** No client has more; each is compared with each that is allowed. */
const MAX_REDIRECT_URIS = 50

/**
 * Gives each caller the one public client of the configuration, if it may be sent back to every URI it names; nothing is
 * remembered. What else a client asks for is replaced by what that client can do (RFC 7591 §3.2.1).
 */
export function registerClient(registration: OneClient, request: unknown): RegistrationAnswer {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return refuse('invalid_client_metadata', 'The body is not a JSON object')
  }
  const member = (name: string): unknown => (Object.hasOwn(request, name) ? Reflect.get(request, name) : undefined)
  const uris = member('redirect_uris')
  if (!isTexts(uris) || uris.length === 0) return refuse('invalid_redirect_uri', 'redirect_uris is not a list of URIs')
  if (uris.length > MAX_REDIRECT_URIS) return refuse('invalid_redirect_uri', 'There are too many redirect_uris')
  if (!uris.every((uri) => registration.redirectUris.some((allowed) => isSameRedirect(uri, allowed)))) {
    return refuse('invalid_redirect_uri', 'A redirect URI is not among those that this server allows')
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
      redirect_uris: uris,
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

/**
 * Code point by code point (RFC 9700 §2.1). Only the port is free, if the allowed one is loopback without a port: a
 * program on a user's machine takes whichever is free (RFC 8252 §7.3).
 */
function isSameRedirect(uri: string, allowed: string): boolean {
  if (uri === allowed) return true
  const [, origin, rest] = /^(http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]))((?:[/?].*)?)$/s.exec(allowed) ?? []
  if (origin === undefined || rest === undefined) return false
  if (!uri.startsWith(`${origin}:`) || !uri.endsWith(rest)) return false
  return /^:[1-9][0-9]{0,4}$/.test(uri.slice(origin.length, uri.length - rest.length)) && URL.canParse(uri)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
