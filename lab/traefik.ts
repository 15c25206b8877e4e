import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, startChild, waitUntil } from './child-process.ts'
import { servesCanary } from './child-proxy.ts'
import { closeNow, listenOnLoopback } from './loopback-server.ts'
import { DISCOVERY_PATHS, type ProxyTargets, type ReverseProxy } from './reverse-proxy.ts'

/** What differs from the demo's configuration. */
export interface TraefikOptions {
  /** Of the entry point; default: `web`. */
  readonly entryPointName?: string
  /** More members of the entry point. */
  readonly entryPoint?: Readonly<Record<string, unknown>>
  /** The dynamic configuration, with a router for `/ready-canary`. */
  readonly write?: (targets: ProxyTargets) => unknown
}

/**
 * A real Traefik: the program that TRAEFIK_BIN names, or `traefik` in PATH. Its port is bound here and handed over as
 * a socket, as systemd does it, because Traefik tells nobody which port it got.
 */
export async function openTraefik(
  program: string,
  onLine?: (line: string) => void,
  options: TraefikOptions = {},
): Promise<ReverseProxy> {
  const { entryPointName = 'web', entryPoint = {}, write = dynamic } = options
  const socket = createServer()
  const port = await listenOnLoopback(socket)
  const directory = await mkdtemp(join(tmpdir(), 'forwardgate-traefik-'))
  let child: Promise<Child> | undefined
  return {
    name: 'Traefik',
    origin: `http://127.0.0.1:${port}`,
    connect: async (targets) => {
      await writeFile(join(directory, 'static.yml'), staticFile(entryPointName, entryPoint))
      await writeFile(join(directory, 'dynamic.yml'), JSON.stringify(write(targets), undefined, 2))
      const run = `LISTEN_FDS=1 LISTEN_FDNAMES=${entryPointName} LISTEN_PID=$$ exec "$0" --configFile=static.yml`
      const env = { PATH: process.env['PATH'], HOME: directory }
      // The shell says "not found" on its own, without the sentence that names the remedy.
      await (await startChild(program, ['version'], { env })).stop().catch(() => {})
      child = startChild('sh', ['-c', run, program], {
        cwd: directory,
        env,
        inherit: socket,
        ...(onLine === undefined ? {} : { onLine }),
      })
      await child
      await closeNow(socket)
      await waitUntil('Traefik serves', () => servesCanary(port), (await child).failed)
    },
    stop: async () => {
      // One that never started has told whoever started it.
      await (await child?.catch(() => undefined))?.stop()
      await closeNow(socket)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function staticFile(name: string, entryPoint: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: 'INFO', noColor: true },
    entryPoints: { [name]: { address: '127.0.0.1:0', ...entryPoint } },
    providers: { providersThrottleDuration: '100ms', file: { filename: 'dynamic.yml', watch: false } },
  })
}

function dynamic(targets: ProxyTargets): unknown {
  const routers: Record<string, unknown> = {
    ready: { rule: 'Path(`/ready-canary`)', service: 'upstream' },
    metadata: {
      rule: DISCOVERY_PATHS.map((path) => `PathPrefix(\`${path}\`)`).join(' || '),
      service: 'forwardgate',
    },
  }
  const middlewares: Record<string, unknown> = {}
  for (const [index, { path, verify, maxBodySize }] of targets.routes.entries()) {
    routers[`route-${index}`] = {
      rule: `Path(\`${path}\`) || PathPrefix(\`${path}/\`)`,
      service: 'upstream',
      middlewares: [`gate-${index}`],
    }
    middlewares[`gate-${index}`] = {
      forwardAuth: {
        address: `${targets.verifier}${verify}`,
        trustForwardHeader: false,
        authResponseHeaders: targets.identityHeaders,
        maxResponseBodySize: 16_384,
        ...(maxBodySize === undefined ? {} : { forwardBody: true, maxBodySize }),
      },
    }
  }
  return {
    http: {
      routers,
      middlewares,
      services: {
        upstream: { loadBalancer: { servers: [{ url: targets.upstream }] } },
        forwardgate: { loadBalancer: { servers: [{ url: targets.verifier }] } },
      },
    },
  }
}
