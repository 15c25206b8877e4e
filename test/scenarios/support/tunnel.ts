import { readFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { closeNow, listenOnLoopback } from '../../../lab/loopback-server.ts'
import { makeTestCa } from '../../support/tls-files.ts'

/** The far end of a tunnel such as Cloudflare's: it ends TLS and calls the proxy over plain HTTP. */
export interface Tunnel {
  /** The public origin, `https://localhost:…`. */
  readonly origin: string
  stop(): Promise<void>
}

/** Opens one; this process then trusts its certificate. */
export async function openTunnel(proxy: string): Promise<Tunnel> {
  const ca = await makeTestCa()
  if (ca === undefined) throw new Error('openssl is not installed: there is no certificate for the tunnel')
  const { cert, key } = await ca.issue('tunnel')
  const server = createServer({ cert: await readFile(cert), key: await readFile(key) }, (request, response) =>
    carry(proxy, request, response),
  )
  const port = await listenOnLoopback(server)
  setDefaultCACertificates([...getCACertificates('default'), ca.pem.toString()])
  return { origin: `https://localhost:${port}`, stop: () => closeNow(server).then(ca.remove) }
}

function carry(proxy: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = incoming
  const added = { 'x-forwarded-proto': 'https', 'cf-connecting-ip': '203.0.113.7', 'cf-ray': '0000000000000000-TST' }
  const outgoing = httpRequest(`${proxy}${url}`, { method, headers: { ...headers, ...added } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    answer.pipe(response)
  })
  outgoing.on('error', () => response.destroy())
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}
