import { quote } from '../../config/problem.ts'

/** A server that requests are passed on to. */
export interface Backend {
  readonly scheme: 'http' | 'https' | 'h2c'
  /** A name or an address; an IPv6 address in brackets. */
  readonly host: string
  readonly port: number
}

/** The backends of `--url NAME=URL` by route, or what is wrong with one. */
export function readBackends(texts: readonly string[]): ReadonlyMap<string, Backend> | string {
  const backends = new Map<string, Backend>()
  for (const text of texts) {
    const name = text.slice(0, Math.max(0, text.indexOf('=')))
    if (name === '') return `--url: ${quote(text)} names no route; write NAME=URL`
    if (backends.has(name)) return `--url: the route ${quote(name)} is given twice`
    const backend = readBackend(text.slice(name.length + 1))
    if (typeof backend === 'string') return `--url: ${backend}`
    backends.set(name, backend)
  }
  return backends
}

/** Whether a text is a label of RFC 1123, as namespaces and services are named. */
export function isKubernetesName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
}

/** The URL of a backend; a proxy has no use for anything behind the port. */
export function urlOf({ scheme, host, port }: Backend): string {
  return `${scheme}://${host}:${port}`
}

const DEFAULT_PORTS = { http: 80, https: 443, h2c: 80 } as const

function readBackend(text: string): Backend | string {
  // Special schemes only have their host checked, and their default port dropped.
  const url = URL.parse(text.replace(/^h2c:/, 'http:'))
  const scheme = text.slice(0, Math.max(0, text.indexOf(':')))
  if (url === null || !isScheme(scheme)) return `${quote(text)} is not an http, https or h2c URL`
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    return `${quote(text)} has more than scheme, host and port; the request keeps its own path`
  return { scheme, host: url.hostname, port: url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port) }
}

function isScheme(text: string): text is Backend['scheme'] {
  return Object.hasOwn(DEFAULT_PORTS, text)
}
