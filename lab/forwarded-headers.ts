/** Header lines in order: name, value. */
export type HeaderLines = readonly (readonly [name: string, value: string])[]

/** What a proxy knows about a request besides its headers. */
export interface ForwardedFacts {
  readonly method: string
  readonly host: string
  readonly uri: string
  /** Address of the client. */
  readonly peer: string
}

/** Pairs up Node's flat list of names and values. */
export function headerLines(rawHeaders: readonly string[]): HeaderLines {
  const lines: [string, string][] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) lines.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  return lines
}

/** `x-auth-subject` as Go's net/http writes it: `X-Auth-Subject`. */
function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
}

/** The lines that may travel on: without hop-by-hop fields and without what Connection names (RFC 9110 §7.6.1). */
export function endToEnd(lines: HeaderLines): HeaderLines {
  const named = lines
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()))
  const dropped = new Set([...HOP_BY_HOP, ...named])
  return lines.filter(([name]) => !dropped.has(name.toLowerCase()))
}

/**
 * The headers of Traefik's question to the verifier with `trustForwardHeader: false`: everything of the client but
 * hop-by-hop and what it claims about itself, with the truth in its place; Go's spelling, sorted, equal names in order.
 */
export function questionHeaders(client: HeaderLines, verifier: string, facts: ForwardedFacts): HeaderLines {
  const kept = trustworthy(client).filter(([name]) => !FRAMING.has(name.toLowerCase()))
  const agent = kept.filter(([name]) => name.toLowerCase() === 'user-agent')
  const others = kept.filter(([name]) => name.toLowerCase() !== 'user-agent')
  return [
    ['Host', verifier],
    ...agent.map(([, value]) => ['User-Agent', value] as const),
    ...sorted([
      ...others,
      ['X-Forwarded-For', facts.peer],
      ['X-Forwarded-Host', facts.host],
      ['X-Forwarded-Method', facts.method],
      ['X-Forwarded-Port', port(facts.host)],
      ['X-Forwarded-Proto', 'http'],
      ['X-Forwarded-Uri', facts.uri],
    ]),
  ]
}

/** The headers of a request that travels on to a server behind the proxy, under the client's own Host. */
export function onwardHeaders(client: HeaderLines, facts: ForwardedFacts): HeaderLines {
  return [
    ['Host', facts.host],
    ...sorted([
      ...trustworthy(client),
      ['X-Forwarded-For', facts.peer],
      ['X-Forwarded-Host', facts.host],
      ['X-Forwarded-Port', port(facts.host)],
      ['X-Forwarded-Proto', 'http'],
      ['X-Forwarded-Server', 'demo'],
      ['X-Real-Ip', facts.peer],
    ]),
  ]
}

/** The lines in Go's spelling, sorted by name; equal names keep their order. */
export function sorted(lines: HeaderLines): HeaderLines {
  return lines
    .map(([name, value]) => [canonicalName(name), value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

function trustworthy(lines: HeaderLines): HeaderLines {
  return endToEnd(lines).filter(([name]) => {
    const lower = name.toLowerCase()
    return lower !== 'host' && !MANAGED.has(lower.replaceAll('_', '-'))
  })
}

function port(host: string): string {
  return /:(\d+)$/.exec(host)?.[1] ?? '80'
}

const HOP_BY_HOP = ['connection', 'keep-alive', 'te', 'trailer', 'trailers', 'transfer-encoding', 'upgrade']

const FRAMING = new Set(['content-length'])

const MANAGED = new Set([
  'x-forwarded-proto',
  'x-forwarded-scheme',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-forwarded-uri',
  'x-forwarded-method',
  'x-forwarded-prefix',
  'x-forwarded-tls-client-cert',
  'x-forwarded-tls-client-cert-info',
  'x-scheme',
  'x-real-ip',
])
