import { proxyBodySize } from '../../../config/mcp-body-size.ts'
import { type CheckRule, hitAt } from '../../check/check-rule.ts'
import { child, textOf } from '../yaml-node.ts'
import { eachGate, option } from './forward-auth-rules.ts'
import type { Gate, ManifestSubject } from './gate-middleware.ts'
import { isOlderThan } from './read-traefik-version.ts'

/** The first version that keeps trailers of the client from the service. */
const FIRST_WITHOUT = [3, 7, 13] as const

/** Whether bodies reach forwardgate: on routes with `mcp` they must, on others they must not. */
export const FORWARD_BODY_RULES: readonly CheckRule<ManifestSubject>[] = [
  {
    id: 'forward-body',
    severity: 'error',
    why: 'it holds every request body in memory, and lets trailers of the client reach the service as headers: X-Auth-Subject too',
    fix: 'remove forwardBody; only routes with mcp look at bodies',
    find: eachGate((gate) => forwardsBody(gate) && !readsBody(gate) && option(gate, 'forwardBody', 'is true')),
  },
  {
    id: 'forward-body-missing',
    severity: 'error',
    why: 'the route has mcp and sees no body: every POST is refused as mcp_request_invalid',
    fix: 'write forwardBody: true, and maxBodySize: 4 times that of the route, at least 4194304',
    find: eachGate((gate) => readsBody(gate) && !forwardsBody(gate) && option(gate, 'forwardBody', 'is not true')),
  },
  {
    id: 'forward-body-unbounded',
    severity: 'warning',
    why: 'Traefik holds each body in memory, however large it is; past maxBodySize it answers a bare 401 that starts a login',
    fix: 'write maxBodySize: 4 times that of the route (1048576 unless mcp says otherwise), at least 4194304',
    find: eachGate((gate) => {
      if (!readsBody(gate) || !forwardsBody(gate)) return undefined
      const written = child(gate.options, 'maxBodySize')
      if (written === undefined) return option(gate, 'maxBodySize', 'is not written')
      const size = Number(textOf(written))
      const least = proxyBodySize(Math.max(...gate.routes.map(({ mcp }) => mcp?.maxBodySize ?? 0)))
      const small = `is smaller than ${least} bytes, so larger calls are refused without the answer of forwardgate`
      return !(size >= least) && hitAt(written, size < 0 ? 'is without bound' : small)
    }),
  },
  {
    id: 'forward-body-trailers',
    severity: 'error',
    why: 'with forwardBody this Traefik passes trailers of the client to the service, which may believe X-Auth-Subject (CVE-2026-88004)',
    fix: 'use Traefik 3.7.13 or newer',
    find: ({ gates, landscape }) =>
      landscape.traefikVersions
        .filter((seen) => gates.some(forwardsBody) && isOlderThan(seen, FIRST_WITHOUT))
        .map(({ node }) => hitAt(node, `${textOf(node)} passes trailers`)),
  },
]

function readsBody({ routes }: Gate): boolean {
  return routes.some(({ mcp }) => mcp !== undefined)
}

function forwardsBody({ options }: Gate): boolean {
  return textOf(child(options, 'forwardBody')) === 'true'
}
