import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import { startGate } from '../../lab/gate.ts'
import { type Issuer, startIssuer } from '../../lab/issuer.ts'
import type { IssuerShape } from '../../lab/issuer-configuration.ts'
import { closeNow, listenOnLoopback } from '../../lab/loopback-server.ts'
import { openProxy } from '../../lab/open-proxy.ts'
import { startUpstream } from '../../lab/upstream.ts'

/** An answer on its way to the client. */
export interface PassingAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** Changes the answers to some requests: what a careless middleware or a wrong provider would do. */
export type Fault = (path: string, answer: PassingAnswer, requestHeaders: IncomingHttpHeaders) => void

/** A protected resource with everything behind it: issuer, gate, proxy, upstream, all real; and a place for faults. */
export interface Patient {
  readonly url: string
  /** Where faults in the login server are planted: it is asked through a front of its own. */
  readonly issuerUrl: string
  readonly issuer: Issuer
  readonly token: () => Promise<string>
  plant(fault: Fault | undefined): void
  stop(): Promise<void>
}

/** Starts the whole chain on loopback, with a front that passes everything on unless a fault is planted. */
export async function startPatient(
  options: { readonly shape?: IssuerShape; readonly registration?: string } = {},
): Promise<Patient> {
  const proxy = await openProxy('builtin')
  let fault: Fault | undefined
  const front = await openFront(
    () => proxy.origin,
    (path, answer, headers) => fault?.(path, answer, headers),
  )
  const url = `${front.origin}/mcp/kubernetes`
  const robot = { id: 'doctor', secret: 'not-a-secret-on-loopback' }
  const { registration, shape } = options
  const issuer = await startIssuer({
    robots: [robot],
    resources: [{ resource: url, scopes: ['mcp:read'] }],
    ...(shape === undefined ? {} : { shape }),
  })
  const upstream = await startUpstream()
  const gate = await startGate(
    `issuers:\n  main: { issuer: "${issuer.url}"${registration === undefined ? '' : `, registration: ${registration}`} }
routes:\n  kubernetes: { resource: "${url}", scopes: [mcp:read] }\n`,
  )
  await proxy.connect({
    verifier: gate.auth,
    upstream: upstream.origin,
    routes: [{ path: '/mcp/kubernetes', verify: '/verify/kubernetes' }],
    identityHeaders: ['X-Auth-Subject', 'X-Auth-Issuer', 'X-Auth-Client', 'X-Auth-Scopes'],
  })
  return {
    url,
    issuerUrl: issuer.url,
    issuer,
    token: () => issuer.token(robot, url, ['mcp:read']),
    plant: (next) => {
      fault = next
    },
    stop: async () => {
      await Promise.all([front.stop(), proxy.stop(), gate.stop(), upstream.stop(), issuer.stop()])
    },
  }
}

async function openFront(target: () => string, change: Fault) {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    const passedOn = request(`${target()}${path}`, { method: incoming.method, headers: incoming.headers })
    passedOn.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const headers: Record<string, string> = {}
        for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value)
        const answer = { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString() }
        change(path, answer, incoming.headers)
        delete answer.headers['transfer-encoding']
        answer.headers['content-length'] = String(Buffer.byteLength(answer.body))
        outgoing.writeHead(answer.status, answer.headers)
        outgoing.end(answer.body)
      })
    })
    passedOn.on('error', () => outgoing.destroy())
    incoming.pipe(passedOn)
  })
  const port = await listenOnLoopback(server)
  return { origin: `http://127.0.0.1:${port}`, stop: () => closeNow(server) }
}
