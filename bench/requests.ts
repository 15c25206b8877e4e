import { writeFile } from 'node:fs/promises'

/** What one request of a client looks like to the verifier. */
export interface CallOptions {
  /** The verifier's own address, as the proxy is configured. */
  readonly target?: string
  /** The path that the client asked for. */
  readonly uri?: string
  readonly token?: string | undefined
  /** With one, the token is sent as `DPoP`. */
  readonly proof?: string
}

/** The call that Traefik makes about an MCP client's request: its fields, in its order. */
export function verifyCall({ target = '/verify/r0', uri = '/mcp', token, proof }: CallOptions): string {
  return requestHead(`GET ${target}`, [
    ['Host', '127.0.0.1:8080'],
    ['User-Agent', 'Claude-User/1.0'],
    ['Accept', 'application/json, text/event-stream'],
    ['Accept-Language', '*'],
    ...(token === undefined ? [] : [['Authorization', `${proof === undefined ? 'Bearer' : 'DPoP'} ${token}`] as const]),
    ['Content-Type', 'application/json'],
    ...(proof === undefined ? [] : [['Dpop', proof] as const]),
    ['Mcp-Protocol-Version', '2025-06-18'],
    ['X-Forwarded-For', '203.0.113.7'],
    ['X-Forwarded-Host', 'api.example.com'],
    ['X-Forwarded-Method', 'POST'],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Server', 'traefik-7c9f'],
    ['X-Forwarded-Uri', uri],
    ['X-Real-Ip', '203.0.113.7'],
    ['Accept-Encoding', 'gzip'],
  ])
}

/** A client's request to the proxy. */
export function clientCall(path: string, token?: string): string {
  return requestHead(`GET ${path}`, [
    ['Host', 'api.example.com'],
    ['User-Agent', 'Claude-User/1.0'],
    ['Accept', 'application/json, text/event-stream'],
    ['Accept-Language', '*'],
    ...(token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]),
    ['Content-Type', 'application/json'],
    ['Mcp-Protocol-Version', '2025-06-18'],
  ])
}

/** Writes requests for the load generator, which sends them in turn. */
export async function writeRequests(file: string, requests: readonly string[]): Promise<string> {
  await writeFile(file, requests.join(''), 'latin1')
  return file
}

function requestHead(start: string, fields: readonly (readonly [name: string, value: string])[]): string {
  return `${[`${start} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`
}
