/** Where a request goes, after a proxy has read its target the way Traefik does. */
export interface RequestTarget {
  /** The authority of an absolute-form target; undefined: the Host header says it. */
  readonly host: string | undefined
  /** Path and query as they go to the verifier and to the upstream. */
  readonly uri: string
  /** The path alone, for choosing a route. */
  readonly path: string
}

/**
 * Reads a request target as Traefik's entry point does by default: absolute form is taken apart, escapes of unreserved
 * characters are decoded, the others get capitals, empty and dot segments are resolved, and `;` in the query becomes
 * `&`. Undefined stands for a target that is answered with 400: a fragment, a broken escape, no path.
 */
export function readRequestTarget(target: string): RequestTarget | undefined {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/([^/?]*)(.*)$/i.exec(target)
  const rest = absolute === null ? target : (absolute[2] ?? '')
  const mark = rest.indexOf('?')
  const rawPath = mark < 0 ? rest : rest.slice(0, mark)
  const query = mark < 0 ? '' : rest.slice(mark).replaceAll(';', '&')
  if (rawPath.includes('#') || /%(?![0-9a-f]{2})/i.test(rawPath)) return undefined
  if (!rawPath.startsWith('/') && !(absolute !== null && rawPath === '')) return undefined
  const path = resolveSegments(normalizeEscapes(rawPath === '' ? '/' : rawPath))
  return { host: absolute?.[1], uri: path + query, path }
}

function normalizeEscapes(path: string): string {
  return path.replaceAll('\\', '%5C').replace(/%[0-9a-f]{2}/gi, (octet) => {
    const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : octet.toUpperCase()
  })
}

function resolveSegments(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const slash = kept.length > 0 && /\/\.{0,2}$/.test(path) ? '/' : ''
  return `/${kept.join('/')}${slash}`
}
