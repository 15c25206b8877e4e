import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** A registry on loopback that forgets everything with its end. A process of its own: programs that push are waited for. */
export interface Registry {
  /** `127.0.0.1:PORT` */
  readonly host: string
  stop(): void
}

/** What is at one address of a repository. */
interface Stored {
  readonly type: string
  readonly bytes: Buffer
}

/** Starts one. */
export async function startRegistry(): Promise<Registry> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [host] = await once(createInterface({ input: child.stdout }), 'line')
  return { host, stop: () => void child.kill() }
}

/** As much of the OCI distribution specification as push and pull need; in memory. */
async function serveRegistry(): Promise<string> {
  const stored = new Map<string, Stored>()
  const uploads = new Map<string, Buffer[]>()
  const server = createServer((request, response) => {
    // A connection that is kept may be closed while the other side waits for a program.
    response.setHeader('Connection', 'close')
    answer(request, response, stored, uploads).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the registry has no port')
  return `127.0.0.1:${address.port}`
}

/** The digest of bytes, as a registry writes it. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  stored: Map<string, Stored>,
  uploads: Map<string, Buffer[]>,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://registry')
  const {
    repository = '',
    kind = '',
    reference = '',
  } = /^\/v2\/(?<repository>.+)\/(?<kind>blobs\/uploads|blobs|manifests)\/(?<reference>[^/]*)$/.exec(url.pathname)
    ?.groups ?? {}
  if (repository === '') return void response.writeHead(url.pathname === '/v2/' ? 200 : 404).end()
  const key = (kept: string) => `${repository}/${kind === 'manifests' ? kind : 'blobs'}/${kept}`
  if (request.method === 'GET' || request.method === 'HEAD') return give(request, response, stored.get(key(reference)))
  const body = await buffer(request)
  if (kind === 'manifests') {
    const digest = digestOf(body)
    const entry = { type: request.headers['content-type'] ?? '', bytes: body }
    for (const kept of new Set([digest, reference])) stored.set(key(kept), entry)
    return created(response, url.pathname, digest)
  }
  const upload = request.method === 'POST' ? randomUUID() : reference
  const parts = [...(uploads.get(upload) ?? []), body]
  const digest = url.searchParams.get('digest')
  if (digest === null) {
    uploads.set(upload, parts)
    const size = Buffer.concat(parts).length
    const location = `/v2/${repository}/blobs/uploads/${upload}`
    return void response.writeHead(202, { Location: location, Range: `0-${Math.max(size - 1, 0)}` }).end()
  }
  uploads.delete(upload)
  const bytes = Buffer.concat(parts)
  if (digestOf(bytes) !== digest) return void response.writeHead(400).end('the digest is another one')
  stored.set(key(digest), { type: 'application/octet-stream', bytes })
  return created(response, url.pathname, digest)
}

function give(request: IncomingMessage, response: ServerResponse, entry: Stored | undefined): void {
  if (entry === undefined) return void response.writeHead(404).end()
  const digest = digestOf(entry.bytes)
  response.writeHead(200, {
    'Content-Type': entry.type,
    'Content-Length': entry.bytes.length,
    'Docker-Content-Digest': digest,
  })
  response.end(request.method === 'HEAD' ? undefined : entry.bytes)
}

function created(response: ServerResponse, location: string, digest: string): void {
  response.writeHead(201, { Location: location, 'Docker-Content-Digest': digest }).end()
}

if (import.meta.main) console.log(await serveRegistry())
