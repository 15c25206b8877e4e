import { canonicalPath } from '../canonical-path.ts'
import type { RouteEntry } from '../format/schema.ts'
import type { Resource } from '../model.ts'
import { quote } from '../problem.ts'
import type { Place } from '../reading/places.ts'

/** The resources of a route as written, in order; each well-formed. */
export function compileResources({ resource: written }: RouteEntry, route: Place): readonly Resource[] {
  const place = route.at('resource')
  if (written === undefined) {
    route.lacks('resource', 'add resource: with the URL that users type into a client')
    return []
  }
  if (typeof written === 'string') return [compileResource(written, place) ?? []].flat()
  return markTwins(written.flatMap((url, index) => compileResource(url, place.at(index)) ?? []))
}

/** The parts of a `resource` URL; undefined if no request could ever be for it. */
function compileResource(url: string, place: Place): Resource | undefined {
  const parsed = URL.parse(url)
  const shown = quote(url)
  if (parsed === null || parsed.port === '0') {
    return place.problem(`${shown} is not a well-formed URL; correct its host or port`)
  }
  // As written: the URL parser would silently resolve dot segments.
  const written = /^[^:]+:\/\/[^/?]*([^?]*)/.exec(url)?.[1] ?? ''
  if (canonicalPath(written === '' ? '/' : written) === undefined) {
    const fix = 'write it without empty or dot segments, ; and encoded separators'
    return place.problem(`the path of ${shown} can be read in two ways; ${fix}`)
  }
  if (/^\/\.well-known(?:\/|$)/.test(written)) {
    return place.problem(`${shown} is a metadata URL; write the URL of the resource itself`)
  }
  return {
    url,
    origin: parsed.origin,
    // The trailing dot of a full name means the same host; forwarded hosts come without it.
    hostname: parsed.hostname.replace(/\.$/, ''),
    path: written.replace(/\/$/, ''),
    query: parsed.search,
  }
}

/** The audiences that resources mean. One without a path is one URI with and without its slash (RFC 3986 §6.2.3), and clients disagree. */
export function audienceOf(resources: readonly string[]): readonly string[] {
  const both = resources.flatMap((url) => (/^[^:]+:\/\/[^/?]+\/?$/.test(url) ? [url, otherSpelling(url)] : [url]))
  return [...new Set(both)]
}

/** Marks what a route lists with and without a slash at its end: each has a document of its own. */
function markTwins(resources: readonly Resource[]): readonly Resource[] {
  const urls = new Set(resources.map(({ url }) => url))
  return resources.map((resource) =>
    endsInSlash(resource) && urls.has(otherSpelling(resource.url)) ? { ...resource, slashed: true } : resource,
  )
}

function endsInSlash({ url, query }: Resource): boolean {
  return query === '' && url.endsWith('/')
}

function otherSpelling(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : `${url}/`
}

/** Refuses a resource that two routes (or one route twice) claim: clients could not distinguish them. */
export function checkEqualResources(
  resources: readonly { readonly resource: Resource; readonly route: string; readonly place: Place }[],
): void {
  const first = new Map<string, string>()
  for (const { resource, route, place } of resources) {
    const slash = resource.slashed ? '/' : ''
    const key = `${resource.origin.replace(/\.(?=:|$)/, '')}${canonicalPath(resource.path || '/') ?? ''}${slash}${resource.query}`
    const other = first.get(key)
    if (other === undefined) {
      first.set(key, route)
      continue
    }
    const owner = `is the resource of ${quote(other)} already; give each route its own`
    place.problem(`${quote(resource.url)} ${other === route ? 'is listed twice; remove one' : owner}`)
  }
}
