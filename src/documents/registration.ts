import type { Resource, Route } from '../config/model.ts'
import type { Issuer, OneClient, Registration } from '../config/model-issuer.ts'
import { authoritiesOf, comparableAuthority } from '../decision/request/comparable-host.ts'

/** The metadata that an issuer publishes about itself (RFC 8414, OpenID Connect Discovery), its members not looked at. */
export type ServerDocument = Readonly<Record<string, unknown>>

/** The document of an issuer that was read last; undefined before the first one. The port that `issuers` fills. */
export type FindServerDocument = (issuer: Issuer) => ServerDocument | undefined

/** Whether clients can register here for an issuer: that depends on what it says of itself. */
export type RegistrationState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'offered'; readonly document: ServerDocument }
  | { readonly kind: 'refused'; readonly reason: string }

/** A place where clients register for an issuer. */
export interface RegistrationPlace {
  readonly issuer: Issuer
  readonly registration: Registration
  /** The issuer identifier that clients see in place of the issuer's own. */
  readonly url: string
}

/** The places by host and path: `api.example.com/forwardgate/main`. */
export type RegistrationIndex = ReadonlyMap<string, RegistrationPlace>

/** What a request is for. */
export type FoundRegistration =
  | { readonly kind: 'metadata'; readonly place: RegistrationPlace }
  | { readonly kind: 'register'; readonly place: RegistrationPlace; readonly client: OneClient }

/** Below it are the issuer identifiers of ours, one for each issuer with a registration, on every host of its resources. */
export const REGISTRATION_PATH = '/forwardgate'

const WELL_KNOWN = '/.well-known/oauth-authorization-server'
const REGISTER = '/register'

/** The issuer identifier of ours for the clients of a resource; of its own host, which they trust already. */
export function registrationUrl(issuer: Issuer, resource: Resource): string {
  return `${resource.origin}${REGISTRATION_PATH}/${issuer.name}`
}

/** The paths that a proxy must lead to the auth port for these clients, without asking them for a token. */
export function registrationPaths({ name, registration }: Issuer): readonly string[] {
  const own = `${REGISTRATION_PATH}/${name}`
  if (registration === undefined) return []
  return [`${WELL_KNOWN}${own}`, ...(registration.kind === 'client' ? [`${own}${REGISTER}`] : [])]
}

/** Every place of a configuration: the issuers with a registration that a route advertises, on the hosts of that route. */
export function buildRegistrationIndex(routes: readonly Route[]): RegistrationIndex {
  const index = new Map<string, RegistrationPlace>()
  for (const { accept, resources } of routes) {
    for (const { issuer, advertise } of accept) {
      const { registration } = issuer
      if (!advertise || registration === undefined) continue
      for (const resource of resources) {
        const place = { issuer, registration, url: registrationUrl(issuer, resource) }
        for (const host of authoritiesOf(resource)) index.set(`${host}${REGISTRATION_PATH}/${issuer.name}`, place)
      }
    }
  }
  return index
}

/** The place with exactly this host and path. Raw texts are compared; nothing is decoded, one trailing slash is forgiven. */
export function findRegistration(
  index: RegistrationIndex,
  host: string,
  target: string,
): FoundRegistration | undefined {
  const path = target.replace(/\?.*$/s, '').replace(/\/$/, '')
  const at = (own: string) => index.get(`${comparableAuthority(host)}${own}`)
  if (path.startsWith(`${WELL_KNOWN}/`)) {
    const place = at(path.slice(WELL_KNOWN.length))
    return place === undefined ? undefined : { kind: 'metadata', place }
  }
  if (!path.startsWith(`${REGISTRATION_PATH}/`) || !path.endsWith(REGISTER)) return undefined
  const place = at(path.slice(0, -REGISTER.length))
  return place?.registration.kind === 'client' ? { kind: 'register', place, client: place.registration } : undefined
}

/**
 * What becomes of a registration, by the document of its issuer. Refused if the issuer sends `iss` in authorization
 * responses (RFC 9207): clients compare that with the identifier they know, ours, and must give up when they differ.
 */
export function registrationState(document: ServerDocument | undefined): RegistrationState {
  if (document === undefined) return { kind: 'waiting' }
  if (document['authorization_response_iss_parameter_supported'] === true) {
    return { kind: 'refused', reason: 'it sends iss in authorization responses (RFC 9207), which clients compare' }
  }
  for (const member of ['authorization_endpoint', 'token_endpoint']) {
    if (!isWebUrl(document[member])) return { kind: 'refused', reason: `its metadata has no ${member} that is a URL` }
  }
  return { kind: 'offered', document }
}

/** Members that are true of the issuer whatever it is called. Those that are not listed are not for our clients. */
const COPIED = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'scopes_supported',
  'response_types_supported',
  'response_modes_supported',
  'grant_types_supported',
  'token_endpoint_auth_methods_supported',
  'token_endpoint_auth_signing_alg_values_supported',
  'service_documentation',
  'ui_locales_supported',
  'acr_values_supported',
  'op_policy_uri',
  'op_tos_uri',
  'revocation_endpoint',
  'revocation_endpoint_auth_methods_supported',
  'revocation_endpoint_auth_signing_alg_values_supported',
  'code_challenge_methods_supported',
] as const

/**
 * The RFC 8414 document of ours: the issuer's own endpoints, so that no code, token or secret comes by here, and a
 * registration endpoint.
 */
export function serverMetadata({ url, registration }: RegistrationPlace, document: ServerDocument): object {
  const copied = COPIED.flatMap((member) => (Object.hasOwn(document, member) ? [[member, document[member]]] : []))
  const metadata = {
    issuer: url,
    // Required (RFC 8414 §2); a provider that says nothing has the one that this is about.
    response_types_supported: ['code'],
    ...Object.fromEntries(copied),
    // The operator vouches for the issuer: without PKCE, a stolen code can be used by the thief.
    ...(registration.codeChallengeMethods === undefined
      ? {}
      : { code_challenge_methods_supported: registration.codeChallengeMethods }),
  }
  switch (registration.kind) {
    case 'endpoint':
      return { ...metadata, registration_endpoint: registration.endpoint }
    case 'client': {
      const methods = document['token_endpoint_auth_methods_supported']
      return {
        ...metadata,
        registration_endpoint: `${url}${REGISTER}`,
        // Our client is public. If nothing is said, confidential clients use Basic (RFC 8414 §2).
        token_endpoint_auth_methods_supported: [
          ...new Set(['none', ...(Array.isArray(methods) ? methods : ['client_secret_basic'])]),
        ],
      }
    }
  }
}

function isWebUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '')
}
