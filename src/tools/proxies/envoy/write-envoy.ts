import { type Plan, WELL_KNOWN } from '../../generate/plan.ts'
import type { Document } from '../../generate/yaml-text.ts'
import { envoyBootstrap } from './bootstrap.ts'

/** A whole bootstrap of Envoy for the plan. */
export function envoyFile({ routes, hosts, fields, ...plan }: Plan, listenPort: number): readonly Document[] {
  const { gate } = plan.deployment
  const content = envoyBootstrap({
    listen: { host: '0.0.0.0', port: listenPort },
    gate: { host: gate.service, port: gate.port },
    routes: routes.flatMap((route) => {
      const { name, backend: service, places } = route
      return places.map(({ host, path }) => ({ ...route, host, path, prefix: `/ext_authz/${name}`, service }))
    }),
    hosts,
    fields,
    open: [WELL_KNOWN, ...plan.registrationPaths],
  })
  return [{ comment: COMMENT, content }]
}

const COMMENT = `Bootstrap of Envoy, for: envoy -c FILE. The listener is plain HTTP; give its filter chain a transport_socket if clients speak TLS.

allowed_headers are all the fields that a decision reads, and all names with odd characters: a rule on one that is missing never fires.
allowed_upstream_headers are exactly what an allow carries: Envoy overwrites the client's copies of these and of no others.
Underscores in names and escaped slashes are refused, and paths resolved, so that forwardgate and the service see the same request.
The routes without a check (disabled: true) are where clients learn which issuer to use: never behind auth.
Envoy makes a 403 of every 5xx of forwardgate; status_on_error makes it 503 again, without Retry-After.`
