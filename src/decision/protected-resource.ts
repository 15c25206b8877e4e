import type { Resource, Route } from '../config/model.ts'

/** One RFC 9728 document, ready to send. */
export interface ResourceMetadata {
  readonly route: Route
  readonly body: string
}

/** The documents by host and path: `api.example.com/mcp/kubernetes`. */
export type MetadataIndex = ReadonlyMap<string, ResourceMetadata>

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** Prepares every document of a configuration. Host and URLs in them come from configuration only (RFC 9728 §7.3). */
export function buildMetadataIndex(routes: readonly Route[]): MetadataIndex {
  const index = new Map<string, ResourceMetadata>()
  for (const route of routes) {
    for (const resource of route.resources) {
      const metadata = { route, body: JSON.stringify(buildMetadata(route, resource)) }
      for (const host of hostsOf(resource)) index.set(`${host}${resource.path}${resource.query}`, metadata)
    }
  }
  return index
}

/** The document of the resource with exactly this host and path. Raw texts are compared; nothing is decoded, one trailing slash is forgiven. */
export function findMetadata(index: MetadataIndex, host: string, url: string): ResourceMetadata | undefined {
  if (!url.startsWith(WELL_KNOWN)) return undefined
  const [path = '', query] = splitOnce(url.slice(WELL_KNOWN.length), '?')
  if (path !== '' && !path.startsWith('/')) return undefined
  const place = `${host.toLowerCase().replace(/\.(?=:|$)/, '')}${path.endsWith('/') ? path.slice(0, -1) : path}`
  return (query === undefined ? undefined : index.get(`${place}?${query}`)) ?? index.get(place)
}

/** The members of RFC 9728 §2; those without a value are left out (§3.2). */
export function buildMetadata(route: Route, resource: Resource): Record<string, unknown> {
  const servers = route.accept.filter((entry) => entry.advertise).map((entry) => entry.issuer.issuer)
  return {
    resource: resource.url,
    ...(servers.length === 0 ? {} : { authorization_servers: [...new Set(servers)] }),
    ...(route.requestScopes.length === 0 ? {} : { scopes_supported: route.requestScopes }),
    bearer_methods_supported: ['header'],
    ...route.metadata,
  }
}

/** The authority as clients may write it: the default port is optional. */
function hostsOf(resource: Resource): readonly string[] {
  const authority = resource.origin.slice(resource.origin.indexOf('//') + 2)
  if (/:[0-9]+$/.test(authority)) return [authority]
  return [authority, `${authority}:${resource.origin.startsWith('https:') ? 443 : 80}`]
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}
