import type { TestContext } from 'node:test'
import type { ProxyTargets } from '../../../lab/reverse-proxy.ts'
import { startUpstream, type Upstream } from '../../../lab/upstream.ts'
import type { FakeIssuer } from '../../support/fake-issuer.ts'
import { startTestService } from '../../support/service.ts'
import { type Balancer, openBalancer } from './balancer.ts'
import { type GateOptions, gateConfiguration, IDENTITY_HEADERS, ROUTES } from './proxied-routes.ts'
import type { TokenName } from './row.ts'
import { mintToken } from './tokens.ts'

/** What is behind a proxy: the real service, an issuer and an application. */
export interface World {
  readonly issuer: FakeIssuer
  readonly application: Upstream
  /** The address of the gate as proxies know it. */
  readonly balancer: Balancer
  /** The service behind it, unless a test points elsewhere. */
  readonly auth: string
  /** For `connect` of a proxy. */
  readonly targets: ProxyTargets
  token(name: TokenName): string
}

/** Starts it for one test and ends it with the test. */
export async function openWorld(t: TestContext, options: GateOptions = {}): Promise<World> {
  const application = await startUpstream()
  const balancer = await openBalancer()
  t.after(async () => {
    await balancer.stop()
    await application.stop()
  })
  const { auth, issuer } = await startTestService(t, {
    yaml: ({ issuer: url, jwksUri }) => gateConfiguration(url, jwksUri, options),
  })
  balancer.point(auth)
  const targets = {
    verifier: balancer.origin,
    upstream: application.origin,
    routes: ROUTES,
    identityHeaders: IDENTITY_HEADERS,
  }
  return { issuer, application, balancer, auth, targets, token: (name) => mintToken(issuer, name) }
}
