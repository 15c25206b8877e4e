import { canonicalPath } from '../canonical-path.ts'
import type { Resource } from '../model.ts'
import { type Path, type ProblemSink, quote } from '../problem.ts'

/** The parts of a `resource` URL; undefined if no request could ever be for it. */
export function compileResource(url: string, path: Path, sink: ProblemSink): Resource | undefined {
  const parsed = URL.parse(url)
  if (parsed === null || parsed.port === '0') {
    sink.problem(path, `${quote(url)} is not a well-formed URL; correct its host or port`)
    return undefined
  }
  // As written: the URL parser would silently resolve dot segments.
  const written = /^[^:]+:\/\/[^/?]*([^?]*)/.exec(url)?.[1] ?? ''
  if (canonicalPath(written === '' ? '/' : written) === undefined) {
    sink.problem(
      path,
      `the path of ${quote(url)} can be read in two ways; write it without empty or dot segments, ; and encoded separators`,
    )
    return undefined
  }
  if (/^\/\.well-known(?:\/|$)/.test(written)) {
    sink.problem(path, `${quote(url)} is a metadata URL; write the URL of the resource itself`)
    return undefined
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
export function markTwins(resources: readonly Resource[]): readonly Resource[] {
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
  resources: readonly { readonly resource: Resource; readonly route: string; readonly path: Path }[],
  sink: ProblemSink,
): void {
  const first = new Map<string, string>()
  for (const { resource, route, path } of resources) {
    const slash = resource.slashed ? '/' : ''
    const key = `${resource.origin.replace(/\.(?=:|$)/, '')}${canonicalPath(resource.path || '/') ?? ''}${slash}${resource.query}`
    const other = first.get(key)
    if (other === undefined) {
      first.set(key, route)
    } else {
      const same =
        other === route
          ? 'is listed twice; remove one'
          : `is the resource of ${quote(other)} already; give each route its own`
      sink.problem(path, `${quote(resource.url)} ${same}`)
    }
  }
}
