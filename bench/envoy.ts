import { openEnvoy, writeEnvoy } from '../lab/envoy.ts'
import type { ReverseProxy } from '../lab/reverse-proxy.ts'
import { ENVOY, installEnvoy } from '../test/support/envoy-program.ts'
import { IDENTITY } from './proxies.ts'
import { AUDIENCE, ISSUER } from './tokens.ts'

/** What Envoy has to know for a benchmark. */
export interface EnvoyPaths {
  readonly upstream: string
  /** Origin of forwardgate, plain HTTP. */
  readonly gate: string
  /** Public keys for Envoy's own check. */
  readonly jwks: object
}

const FILTERS = 'type.googleapis.com/envoy.extensions.filters.http'
const AUTHZ = 'envoy.filters.http.ext_authz'

/** Starts Envoy: `/gate/` asks forwardgate, `/jwt_authn/` is checked by Envoy itself, `/none/` is open. */
export async function startEnvoy({ upstream, gate, jwks }: EnvoyPaths): Promise<ReverseProxy> {
  if (!(await installEnvoy())) throw new Error('envoy is not installed')
  const routes = [{ path: '/gate', verify: '/verify/r0' }]
  const proxy = await openEnvoy(ENVOY, undefined, (port, targets) =>
    withOwnCheck(writeEnvoy(port, targets), new URL(upstream).host, jwks),
  )
  try {
    await proxy.connect({ verifier: gate, upstream, routes, identityHeaders: IDENTITY })
    return proxy
  } catch (error) {
    await proxy.stop()
    throw error
  }
}

/** What `generate envoy` writes, with two routes more and `jwt_authn` as the first filter. */
function withOwnCheck(bootstrap: object, cluster: string, jwks: object): unknown {
  // A copy that can be changed.
  const { static_resources } = JSON.parse(JSON.stringify(bootstrap))
  const manager = static_resources.listeners[0].filter_chains[0].filters[0].typed_config
  const unasked = { [AUTHZ]: { '@type': `${FILTERS}.ext_authz.v3.ExtAuthzPerRoute`, disabled: true } }
  const open = (prefix: string) => ({ match: { prefix }, route: { cluster }, typed_per_filter_config: unasked })
  manager.route_config.virtual_hosts[0].routes.unshift(open('/none/'), open('/jwt_authn/'))
  manager.http_filters.unshift({ name: 'envoy.filters.http.jwt_authn', typed_config: jwtAuthn(jwks) })
  return { static_resources }
}

/** Signature, issuer, audience and times, each token once; the subject as a header. */
function jwtAuthn(jwks: object): object {
  const provider = {
    issuer: ISSUER,
    audiences: [AUDIENCE],
    local_jwks: { inline_string: JSON.stringify(jwks) },
    forward: true,
    claim_to_headers: [{ header_name: 'X-Auth-Subject', claim_name: 'sub' }],
    jwt_cache_config: { jwt_cache_size: 1000 },
  }
  return {
    '@type': `${FILTERS}.jwt_authn.v3.JwtAuthentication`,
    providers: { bench: provider },
    rules: [{ match: { prefix: '/jwt_authn/' }, requires: { provider_name: 'bench' } }],
  }
}
