/** What stands behind a proxy. Addresses are origins such as `http://127.0.0.1:4711`. */
export interface ProxyTargets {
  /** The auth port of the gate. */
  readonly verifier: string
  readonly upstream: string
  readonly routes: readonly ProxyRoute[]
  /** Headers that the upstream gets from the verifier and from nobody else: `authResponseHeaders`. */
  readonly identityHeaders: readonly string[]
}

/** A protected path with everything below it. */
export interface ProxyRoute {
  readonly path: string
  /** Where the verifier is asked: `/verify/kubernetes`. */
  readonly verify: string
  /** The verifier gets bodies too, up to this many bytes: `forwardBody` and `maxBodySize`. Caddy has no such thing. */
  readonly maxBodySize?: number
}

/**
 * A reverse proxy in front of the gate. It owns its port before anything stands behind it, because the gate's
 * configuration names the public URL and the proxy's names the gate's port.
 */
export interface ReverseProxy {
  readonly name: string
  /** The public origin. */
  readonly origin: string
  /** Puts the targets behind the port; resolves when requests reach them. */
  connect(targets: ProxyTargets): Promise<void>
  stop(): Promise<void>
}

/** Paths of clients' discovery probes, and where they register. They go to the verifier's own endpoints, without auth (RFC 9728 §3). */
export const DISCOVERY_PATHS: readonly string[] = [
  '/.well-known/oauth-protected-resource',
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
  '/forwardgate',
]
