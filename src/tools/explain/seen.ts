import type { Accept, Config, Issuer, Route, TokenSource } from '../../config/model.ts'
import { admit } from '../../decision/admission.ts'
import type { Decision } from '../../decision/decide.ts'
import { readCredentials } from '../../decision/request/token-source.ts'
import type { VerifiedToken } from '../../decision/token/access-token.ts'
import { parseUnverifiedToken, type UnverifiedToken } from '../../decision/token/unverified-token.ts'
import type { IntrospectionEvent } from '../../issuers/introspector.ts'
import type { RefreshEvent } from '../../issuers/key-set.ts'
import type { Call } from '../replay/proxy-call.ts'

/** All that an explanation is made from. */
export interface Seen {
  readonly call: Call
  readonly config: Config
  readonly decision: Decision
  /** Seconds since the epoch, of the decision. */
  readonly now: number
  /** How the keys of each issuer that was asked were read. */
  readonly readings: ReadonlyMap<string, RefreshEvent>
  /** How asking an issuer about an opaque token ended. */
  readonly introspections: ReadonlyMap<string, IntrospectionEvent>
  /** True: there were claims only; a key made for this run signed them. */
  readonly whatIf: boolean
}

/** The token text of a call to a route, where there is one. */
export function tokenTextOf({ fields }: Call, route: Route | undefined): string | undefined {
  const credentials = readCredentials(sourceOf(route), fields)
  return credentials.ok ? credentials.token : undefined
}

/** Where the route takes the token from; of no route, the usual place. */
export function sourceOf(route: Route | undefined): TokenSource {
  return route?.tokenSource ?? { kind: 'authorization' }
}

/** Where the route takes the token from, in words. */
export function placeOfToken({ decision }: Pick<Seen, 'decision'>): string {
  const source = sourceOf(decision.route)
  switch (source.kind) {
    case 'header':
      return `${source.name} header`
    case 'cookie':
      return `cookie ${source.name}`
    case 'authorization':
      return 'Authorization header'
  }
}

/** What the token of a call says before its signature is checked; undefined where it cannot be read. */
export function unverifiedTokenOf(call: Call, route: Route | undefined): UnverifiedToken | undefined {
  const text = tokenTextOf(call, route)
  const parsed = text === undefined ? undefined : parseUnverifiedToken(text)
  return parsed?.ok === true ? parsed.token : undefined
}

/** Who vouched for a token that is no JWT, or was asked about it; undefined for a JWT, and where nobody was. */
export function opaqueTokenIssuer({ call, decision }: Pick<Seen, 'call' | 'decision'>): Issuer | undefined {
  const { route: judged } = decision
  if (tokenTextOf(call, judged) === undefined || unverifiedTokenOf(call, judged) !== undefined) return undefined
  if (decision.issuer !== undefined || decision.outcome === 'allow') return decision.issuer
  const { denial, route } = decision
  const asked =
    denial.reason === 'introspection_unavailable' ||
    (denial.reason === 'token_revoked' && denial.by === 'introspection')
  return asked ? route?.accept.find(({ issuer }) => issuer.introspection !== undefined)?.issuer : undefined
}

/** The way in that the decision is about: the one that took the token, else the one of the denial. */
export function judgedEntry({ decision, config }: Seen, token: VerifiedToken): Accept | undefined {
  const { route } = decision
  if (route === undefined) return undefined
  const admission = admit(token, route, config.revocations)
  const entries = route.accept.filter(({ issuer }) => issuer === token.issuer)
  const wanted = JSON.stringify(admission.denial)
  return entries.find((entry) => {
    const alone = admit(token, { ...route, accept: [entry] }, config.revocations)
    return JSON.stringify(alone.denial) === wanted
  })
}
