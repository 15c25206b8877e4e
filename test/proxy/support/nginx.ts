import { openChildProxy } from '../../../lab/child-proxy.ts'
import type { ProxyTargets, ReverseProxy } from '../../../lab/reverse-proxy.ts'

/** A real nginx with the configuration that `write` makes. */
export function openNginx(
  program: string,
  write: (port: number, targets: ProxyTargets) => string,
  onLine?: (line: string) => void,
): Promise<ReverseProxy> {
  return openChildProxy({
    name: 'nginx',
    program,
    args: ['-e', 'stderr', '-p', '.', '-c', 'nginx.conf'],
    files: (port, targets) => ({ 'nginx.conf': write(port, targets) }),
    ...(onLine === undefined ? {} : { onLine }),
  })
}
