import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { promisify } from 'node:util'
import { closeNow, listenOnLoopback } from '../../../lab/loopback-server.ts'

/** The MCP Inspector's page, served on an origin of its own. */
export interface Inspector {
  readonly origin: string
  stop(): Promise<void>
}

/**
 * The page of the MCP Inspector as npm has it; undefined where it cannot be fetched. It is the last line that can call
 * a server straight from the browser, and is fetched here because as a dependency it would bring 183 packages for one
 * page that is already built.
 */
export async function openInspector(): Promise<Inspector | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'forwardgate-inspector-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const packed = await promisify(execFile)('npm', ['pack', '--silent', '--pack-destination', folder, PACKAGE], {
      timeout: 30_000,
    })
    const archive = join(folder, packed.stdout.trim().split('\n').at(-1) ?? '')
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')
    if (digest !== SHA512) throw new Error(`${PACKAGE} is not what it was: ${digest}`)
    await promisify(execFile)('tar', ['-xzf', archive, '-C', folder])
  } catch (error) {
    await remove()
    if (error instanceof Error && error.message.includes('is not what it was')) throw error
    return undefined
  }
  const pages = join(folder, 'package', 'dist')
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    // Every path that is not a file is the page: it routes by itself.
    const file = extname(path) === '' ? 'index.html' : path
    readFile(join(pages, file)).then(
      (content) => response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'text/plain' }).end(content),
      () => response.writeHead(404).end(),
    )
  })
  const port = await listenOnLoopback(server)
  return { origin: `http://127.0.0.1:${port}`, stop: () => closeNow(server).then(remove) }
}

const PACKAGE = '@modelcontextprotocol/inspector-client@1.0.3'
const SHA512 = '94xOP+Cwf7rMbT5qt7guEAN9T9aDGv90cI8QVg2MmsFoUX1jmo6cQy3KQ11UnTenssBFYRK0GwXz27AwZ3w2qg=='
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
