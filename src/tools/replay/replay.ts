import type { Config, Route } from '../../config/model.ts'
import type { Issuer, KeySource } from '../../config/model-issuer.ts'
import { type Answer, answerTo } from '../../decision/answer.ts'
import { type Decision, decide, internalError } from '../../decision/decide.ts'
import { buildRouteTable } from '../../decision/request/route-table.ts'
import type { IssuerDeps } from '../../decision/token/access-token.ts'
import { assessToken } from '../../decision/token/assessed-token.ts'
import { createProofDeps, prepareAsking } from '../../issuers/asking.ts'
import { createIntrospector, type IntrospectionEvent } from '../../issuers/introspector.ts'
import type { RefreshEvent } from '../../issuers/key-set.ts'
import type { Call } from './proxy-call.ts'

/** How a call is judged. */
interface Circumstances {
  /** Seconds since the epoch. */
  readonly now: number
  readonly exposeReason: boolean
  /** Those that are asked for keys and about tokens. */
  readonly issuers: readonly Issuer[]
  /** Puts other keys in the place of an issuer's own. */
  readonly sourceOf?: (issuer: Issuer) => KeySource
}

/** What the service would decide and answer. */
export interface Judgement {
  readonly decision: Decision
  readonly answer: Answer
  /** How the last question about an opaque token ended, by the name of its issuer. */
  readonly introspections: ReadonlyMap<string, IntrospectionEvent>
  /** How the reading of each issuer's keys ended, by its name. */
  readonly readings: ReadonlyMap<string, RefreshEvent>
}

/** Has a call judged by the decision of the service, with key sets as it opens them: it waits for their first keys, 5 s at most. */
export async function judge(call: Call, config: Config, circumstances: Circumstances): Promise<Judgement> {
  const { issuers, sourceOf = ({ keys }) => keys } = circumstances
  const readings = new Map<string, RefreshEvent>()
  const introspections = new Map<string, IntrospectionEvent>()
  const asking = prepareAsking({
    fetch,
    onRefresh: (event) => readings.set(event.issuer, event),
    onIntrospection: (event) => introspections.set(event.issuer, event),
  })
  const registry = asking.openRegistry({ issuers: issuers.map((issuer) => ({ ...issuer, keys: sourceOf(issuer) })) })
  await registry.ready
  const decision = await decideBy(config, circumstances.now, call, {
    findKeys: (issuer, alg, kid) => registry.keySets.get(issuer.name)?.find(alg, kid) ?? 'unavailable',
    introspect: createIntrospector({ ...asking.introspection, findDocument: registry.findDocument }),
  })
  registry.close()
  asking.close()
  return { decision, answer: answerTo(decision, call.fields.origin, circumstances), introspections, readings }
}

async function decideBy(config: Config, now: number, call: Call, issuers: IssuerDeps): Promise<Decision> {
  const policy = {
    routes: buildRouteTable(config.routes),
    assessToken: (token: string, route: Route) => assessToken(token, route, config.revocations, issuers),
    proofs: createProofDeps(),
    now: () => now,
  }
  try {
    return await decide(call, policy)
  } catch {
    return internalError()
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
