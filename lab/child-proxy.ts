import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, startChild, waitUntil } from './child-process.ts'
import { closeNow, listenOnLoopback } from './loopback-server.ts'
import type { ProxyTargets, ReverseProxy } from './reverse-proxy.ts'

/** A proxy program, and how it is told what to do. */
export interface ChildProxyOptions {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  /** The files of its working directory by name. It has to share its port, and answer `/ready-canary` with 200. */
  readonly files: (port: number, targets: ProxyTargets) => Readonly<Record<string, string>>
  readonly onLine?: (line: string) => void
}

/** A proxy in a process of its own that takes no socket from us. */
export async function openChildProxy(options: ChildProxyOptions): Promise<ReverseProxy> {
  const { name, program, args, files, onLine } = options
  const placeholder = createServer((_request, response) => response.writeHead(503, { Connection: 'close' }).end())
  const port = await listenOnLoopback(placeholder, { reusePort: SHARES_PORTS })
  const directory = await mkdtemp(join(tmpdir(), `forwardgate-${name.toLowerCase()}-`))
  let child: Promise<Child> | undefined
  return {
    name,
    origin: `http://127.0.0.1:${port}`,
    connect: async (targets) => {
      for (const [file, text] of Object.entries(files(port, targets))) await writeFile(join(directory, file), text)
      if (!SHARES_PORTS) await closeNow(placeholder)
      child = startChild(program, args, {
        cwd: directory,
        env: { PATH: process.env['PATH'], HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory },
        ...(onLine === undefined ? {} : { onLine }),
      })
      await waitUntil(`${name} serves`, () => servesCanary(port), (await child).failed)
      await closeNow(placeholder)
    },
    stop: async () => {
      // One that never started has told whoever started it.
      await (await child?.catch(() => undefined))?.stop()
      await closeNow(placeholder)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Whether the canary route answers: a proxy's port may be open before its routes are there. */
export async function servesCanary(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/ready-canary`, { signal: AbortSignal.timeout(1000) })
  await response.body?.cancel()
  return response.status === 200
}

/** On Linux programs share a port (SO_REUSEPORT), so that it is never free between us and them. */
const SHARES_PORTS = process.platform === 'linux'
