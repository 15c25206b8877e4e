import type { Config } from '../../config/model.ts'
import type { Issuer, KeySource } from '../../config/model-issuer.ts'
import { type Answer, answerTo } from '../../decision/answer.ts'
import { type Decision, decide, internalError } from '../../decision/decide.ts'
import { buildRouteTable } from '../../decision/request/route-table.ts'
import type { IssuerDeps } from '../../decision/token/access-token.ts'
import { assessToken } from '../../decision/token/assessed-token.ts'
import { prepareAsking } from '../../issuers/asking.ts'
import { createIntrospector, type IntrospectionEvent } from '../../issuers/introspector.ts'
import type { RefreshEvent } from '../../issuers/key-set.ts'
import { createProofDeps } from '../../issuers/proofs.ts'
import type { Call } from './proxy-call.ts'

/** Some issuers, to be asked for keys and about tokens, opened for one command. */
export interface Keys {
  readonly issuers: IssuerDeps
  /** How the last question about an opaque token ended, by the name of its issuer. */
  readonly introspections: ReadonlyMap<string, IntrospectionEvent>
  /** How the reading of each issuer's keys ended, by its name. */
  readonly readings: ReadonlyMap<string, RefreshEvent>
  close(): void
}

/**
 * Opens the key sets of these issuers as the service does, and waits for their first keys, 5 s at most. `sourceOf` may
 * put other keys in the place of an issuer's own.
 */
export async function openKeys(
  issuers: readonly Issuer[],
  sourceOf: (issuer: Issuer) => KeySource = ({ keys }) => keys,
): Promise<Keys> {
  const readings = new Map<string, RefreshEvent>()
  const introspections = new Map<string, IntrospectionEvent>()
  const asking = prepareAsking({
    fetch,
    onRefresh: (event) => readings.set(event.issuer, event),
    onIntrospection: (event) => introspections.set(event.issuer, event),
  })
  const registry = asking.openRegistry({ issuers: issuers.map((issuer) => ({ ...issuer, keys: sourceOf(issuer) })) })
  await registry.ready
  return {
    issuers: {
      findKeys: (issuer, alg, kid) => registry.keySets.get(issuer.name)?.find(alg, kid) ?? 'unavailable',
      introspect: createIntrospector({ ...asking.introspection, findDocument: registry.findDocument }),
    },
    introspections,
    readings,
    close() {
      registry.close()
      asking.close()
    },
  }
}

/** The configuration with other keys, or another tokens file, in the place of an issuer's own. */
export function withStandIn(config: Config, issuer: Issuer | undefined, keys: KeySource): Config {
  if (issuer === undefined) return config
  const other: Issuer = { ...issuer, keys }
  const replaced = (one: Issuer): Issuer => (one === issuer ? other : one)
  const routes = config.routes.map((route) => ({
    ...route,
    accept: route.accept.map((entry) => ({ ...entry, issuer: replaced(entry.issuer) })),
  }))
  return { ...config, routes, issuers: config.issuers.map(replaced) }
}

/** What the service would decide and answer. */
export interface Judgement {
  readonly decision: Decision
  readonly answer: Answer
}

/** Has a call judged by the decision of the service, at `now` (seconds since the epoch). */
export async function judge(
  call: Call,
  config: Config,
  issuers: IssuerDeps,
  options: { readonly now: number; readonly exposeReason: boolean },
): Promise<Judgement> {
  const policy = {
    routes: buildRouteTable(config.routes),
    assessToken: (token: string, route: Config['routes'][number]) =>
      assessToken(token, route, config.revocations, issuers),
    proofs: createProofDeps(),
    now: () => options.now,
  }
  let decision: Decision
  try {
    decision = await decide(call, policy)
  } catch {
    decision = internalError()
  }
  return { decision, answer: answerTo(decision, call.fields.origin, options) }
}
