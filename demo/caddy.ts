import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, startChild, waitUntil } from './child-process.ts'
import { closeNow, listenOnLoopback } from './loopback-server.ts'
import { DISCOVERY_PATHS, type ProxyTargets, type ReverseProxy } from './reverse-proxy.ts'

/** A real Caddy with `forward_auth`: the program that CADDY_BIN names, or `caddy` in PATH. */
export async function openCaddy(program: string, onLine?: (line: string) => void): Promise<ReverseProxy> {
  const placeholder = createServer((_request, response) => response.writeHead(503, { Connection: 'close' }).end())
  const port = await listenOnLoopback(placeholder, { reusePort: SHARES_PORTS })
  const directory = await mkdtemp(join(tmpdir(), 'forwardgate-caddy-'))
  let child: Promise<Child> | undefined
  return {
    name: 'Caddy',
    origin: `http://127.0.0.1:${port}`,
    connect: async (targets) => {
      await writeFile(join(directory, 'Caddyfile'), caddyfile(port, targets))
      if (!SHARES_PORTS) await closeNow(placeholder)
      child = startChild(program, ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'], {
        cwd: directory,
        env: { PATH: process.env['PATH'], HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory },
        ...(onLine === undefined ? {} : { onLine }),
      })
      await waitUntil('Caddy serves', () => reaches(port), (await child).failed)
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

/** Caddy takes no socket from us, but on Linux it shares the port (SO_REUSEPORT), so that it is never free between us. */
const SHARES_PORTS = process.platform === 'linux'

async function reaches(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/ready-canary`, { signal: AbortSignal.timeout(1000) })
  await response.body?.cancel()
  return response.status === 200
}

function caddyfile(port: number, targets: ProxyTargets): string {
  const verifier = new URL(targets.verifier).host
  const upstream = new URL(targets.upstream).host
  const routes = targets.routes.map(
    ({ path, verify }, index) => `
  @route${index} path ${path} ${path}/*
  handle @route${index} {
    route {
      request_header -X-Auth-*
      forward_auth ${verifier} {
        uri ${verify}
        copy_headers ${targets.identityHeaders.join(' ')}
      }
      reverse_proxy ${upstream}
    }
  }`,
  )
  return `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  handle /ready-canary {
    respond ready 200
  }
  @discovery path ${DISCOVERY_PATHS.map((path) => `${path}*`).join(' ')}
  handle @discovery {
    reverse_proxy ${verifier}
  }${routes.join('')}
  handle {
    respond 404
  }
}
`
}
