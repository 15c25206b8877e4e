import { openCaddy } from '../lab/caddy.ts'
import type { ProxyTargets, ReverseProxy } from '../lab/reverse-proxy.ts'
import { openTraefik } from '../lab/traefik.ts'

/** A path of the proxy, and the verifier that it asks about requests there; undefined: none. */
interface AuthPath {
  readonly path: string
  /** Origin of the verifier. */
  readonly verifier: string | undefined
}

/** What a proxy has to know for a benchmark. */
export interface BenchPaths {
  readonly upstream: string
  readonly paths: readonly AuthPath[]
  /** File of the authority of the verifiers' certificates. */
  readonly ca: string
}

/** The headers that an allow carries. */
export const IDENTITY: readonly string[] = ['X-Auth-Subject', 'X-Auth-Issuer', 'X-Auth-Client', 'X-Auth-Scopes']
const VERIFY = '/verify/r0'

/** Starts Traefik with these paths. */
export async function startTraefik({ upstream, paths, ca }: BenchPaths): Promise<ReverseProxy> {
  const routers = paths.map(({ path, verifier }) => [
    path,
    {
      rule: `PathPrefix(\`/${path}/\`)`,
      service: 'upstream',
      ...(verifier === undefined ? {} : { middlewares: [path] }),
    },
  ])
  const middlewares = paths.flatMap(({ path, verifier }) => {
    if (verifier === undefined) return []
    const tls = verifier.startsWith('https') ? { tls: { ca } } : {}
    const address = `${verifier}${VERIFY}`
    return [[path, { forwardAuth: { address, authResponseHeaders: IDENTITY, maxResponseBodySize: 16_384, ...tls } }]]
  })
  const http = {
    routers: { ready: { rule: 'Path(`/ready-canary`)', service: 'upstream' }, ...Object.fromEntries(routers) },
    middlewares: Object.fromEntries(middlewares),
    services: { upstream: { loadBalancer: { servers: [{ url: upstream }] } } },
  }
  const proxy = await openTraefik(process.env['TRAEFIK_BIN'] || 'traefik', undefined, { write: () => ({ http }) })
  return connected(proxy, upstream)
}

/** Starts Caddy with these paths. */
export async function startCaddy({ upstream, paths, ca }: BenchPaths): Promise<ReverseProxy> {
  const handlers = paths.map(({ path, verifier }) => {
    const tls = verifier?.startsWith('https') === true ? `transport http {\n tls_trusted_ca_certs ${ca}\n }` : ''
    const auth =
      verifier === undefined
        ? ''
        : `forward_auth ${verifier} {\n uri ${VERIFY}\n copy_headers ${IDENTITY.join(' ')}\n ${tls}\n }`
    return `handle /${path}/* {\n route {\n ${auth}\n reverse_proxy ${new URL(upstream).host}\n }\n }`
  })
  const write = (port: number) =>
    `{\n admin off\n auto_https off\n}\nhttp://:${port} {\n bind 127.0.0.1\n handle /ready-canary {\n respond ready 200\n }\n${handlers.join('\n')}\n}\n`
  return connected(await openCaddy(process.env['CADDY_BIN'] || 'caddy', undefined, write), upstream)
}

async function connected(proxy: ReverseProxy, upstream: string): Promise<ReverseProxy> {
  const targets: ProxyTargets = { verifier: upstream, upstream, routes: [], identityHeaders: [] }
  try {
    await proxy.connect(targets)
    return proxy
  } catch (error) {
    await proxy.stop()
    throw error
  }
}
