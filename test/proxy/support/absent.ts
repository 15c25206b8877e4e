import type { TestContext } from 'node:test'
import { missing, unavailable } from '../../support/missing-part.ts'
import { PROGRAMS } from './open-proxy.ts'
import type { ProxyName } from './row.ts'

/** In the order of the columns. */
export const PROXIES: readonly ProxyName[] = ['Traefik', 'Caddy', 'nginx', 'Envoy']

/** Traefik is in no package of Debian or npm, so it may be missing everywhere; the others not where `CI` is true. */
export function absent(t: TestContext, name: ProxyName, cases: number): void {
  const untested = `${cases} cases behind ${name} are not tested`
  t.skip(
    name === 'Traefik' ? unavailable(`${PROGRAMS[name]} is not here: ${untested}`) : missing(PROGRAMS[name], untested),
  )
}
