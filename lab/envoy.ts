import { fieldsReadOn } from '../src/decision/fields-read.ts'
import { type EnvoySetup, envoyBootstrap } from '../src/tools/proxies/envoy/bootstrap.ts'
import { openChildProxy } from './child-proxy.ts'
import { DISCOVERY_PATHS, type ProxyTargets, type ReverseProxy } from './reverse-proxy.ts'

/**
 * A real Envoy with `ext_authz` over HTTP. `write` makes its bootstrap, for a port and what stands behind it; by default
 * that which `generate envoy` would write.
 */
export function openEnvoy(
  program: string,
  onLine?: (line: string) => void,
  write: (port: number, targets: ProxyTargets) => unknown = writeEnvoy,
): Promise<ReverseProxy> {
  return openChildProxy({
    name: 'Envoy',
    program,
    args: ['-c', 'envoy.json', '--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning'],
    files: (port, targets) => ({ 'envoy.json': JSON.stringify(write(port, targets)) }),
    ...(onLine === undefined ? {} : { onLine }),
  })
}

/** The bootstrap that `generate envoy` would write for these targets. */
export function writeEnvoy(port: number, targets: ProxyTargets): object {
  return envoyBootstrap(envoySetup(port, targets))
}

/** What Envoy has to know for these targets. */
export function envoySetup(port: number, targets: ProxyTargets): EnvoySetup {
  const service = address(targets.upstream)
  return {
    listen: { host: '127.0.0.1', port },
    gate: address(targets.verifier),
    routes: targets.routes.map(({ path, verify, maxBodySize }) => ({
      name: path,
      path,
      prefix: extAuthzPrefix(verify),
      service,
      identityHeaders: targets.identityHeaders,
      maxBodySize,
    })),
    fields: fieldsReadOn([]),
    open: DISCOVERY_PATHS,
    canary: '/ready-canary',
  }
}

/** `/verify/kubernetes` as Envoy asks it. */
function extAuthzPrefix(verify: string): string {
  return `/ext_authz/${verify.slice('/verify/'.length) || '-'}`
}

function address(origin: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(origin)
  return { host: hostname, port: Number(port || 80) }
}
