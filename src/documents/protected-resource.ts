import type { Resource, Route } from '../config/model.ts'
import { documentPath } from '../decision/challenge.ts'
import { authoritiesOf, comparableAuthority } from '../decision/request/comparable-host.ts'
import { type FindServerDocument, registrationState, registrationUrl } from './registration.ts'

/** One RFC 9728 document. */
export interface ResourceMetadata {
  readonly route: Route
  /** The text to send. It can change with what issuers say of themselves, only if one has a registration. */
  readonly body: () => string
}

/** The documents by host and path: `api.example.com/mcp/kubernetes`. */
export type MetadataIndex = ReadonlyMap<string, ResourceMetadata>

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** Prepares every document of a configuration. Host and URLs in them come from configuration only (RFC 9728 §7.3). */
export function buildMetadataIndex(routes: readonly Route[], findDocument: FindServerDocument): MetadataIndex {
  const index = new Map<string, ResourceMetadata>()
  for (const route of routes) {
    const changes = route.accept.some(({ issuer }) => issuer.registration !== undefined)
    for (const resource of route.resources) {
      const render = () => JSON.stringify(buildMetadata(route, resource, findDocument))
      const metadata = { route, body: changes ? render : once(render) }
      const place = `${documentPath(resource)}${resource.query}`
      for (const host of authoritiesOf(resource)) index.set(`${host}${place}`, metadata)
    }
  }
  return index
}

/** Rendered when it is first asked for: for 1,000 routes at a time it would take longer than a request may wait. */
function once(render: () => string): () => string {
  let rendered: string | undefined
  return () => (rendered ??= render())
}

/**
 * The document of the resource with exactly this host and path. Raw texts are compared; nothing is decoded, one trailing
 * slash is forgiven.
 */
export function findMetadata(index: MetadataIndex, host: string, url: string): ResourceMetadata | undefined {
  if (!url.startsWith(WELL_KNOWN)) return undefined
  const [path = '', query] = splitOnce(url.slice(WELL_KNOWN.length), '?')
  if (path !== '' && !path.startsWith('/')) return undefined
  const spelled = `${comparableAuthority(host)}${path}`
  const place = path.endsWith('/') ? spelled.slice(0, -1) : spelled
  return (query === undefined ? undefined : index.get(`${place}?${query}`)) ?? index.get(spelled) ?? index.get(place)
}

/** The members of RFC 9728 §2; those without a value are left out (§3.2). */
export function buildMetadata(
  route: Route,
  resource: Resource,
  findDocument: FindServerDocument,
): Record<string, unknown> {
  const servers = route.accept
    .filter((entry) => entry.advertise)
    .flatMap(({ issuer }) => {
      const isOurs = issuer.registration !== undefined && registrationState(findDocument(issuer)).kind !== 'refused'
      if (isOurs) return [registrationUrl(issuer, resource)]
      return issuer.isLoginServer ? [issuer.issuer] : []
    })
  return {
    resource: resource.url,
    ...(servers.length === 0 ? {} : { authorization_servers: [...new Set(servers)] }),
    ...(route.requestScopes.length === 0 ? {} : { scopes_supported: route.requestScopes }),
    bearer_methods_supported: ['header'],
    ...proofMembers(route),
    ...route.metadata,
  }
}

/** What clients that have a key may and must do. They look here, as a challenge is in the scheme of the request. */
function proofMembers({ dpop }: Route): Record<string, unknown> {
  if (dpop.mode === 'off') return {}
  return {
    dpop_signing_alg_values_supported: dpop.algorithms,
    ...(dpop.mode === 'required' ? { dpop_bound_access_tokens_required: true } : {}),
  }
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}
