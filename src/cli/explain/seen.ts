import type { Accept, Config, Issuer } from '../../config/model.ts'
import type { VerifiedToken } from '../../decision/access-token.ts'
import { admit } from '../../decision/authorization.ts'
import { parseCredentials } from '../../decision/credentials.ts'
import type { Decision } from '../../decision/decide.ts'
import { parseUnverifiedToken, type UnverifiedToken } from '../../decision/unverified-token.ts'
import type { IntrospectionEvent } from '../../issuers/introspection.ts'
import type { RefreshEvent } from '../../issuers/key-set.ts'
import type { Call } from '../call.ts'

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

/** The token text of a call, where there is one. */
export function tokenTextOf({ fields }: Call): string | undefined {
  const credentials = parseCredentials(fields.authorization)
  return credentials.ok ? credentials.token : undefined
}

/** What the token of a call says before its signature is checked; undefined where it cannot be read. */
export function unverifiedTokenOf(call: Call): UnverifiedToken | undefined {
  const text = tokenTextOf(call)
  const parsed = text === undefined ? undefined : parseUnverifiedToken(text)
  return parsed?.ok === true ? parsed.token : undefined
}

/** Who vouched for a token that is no JWT, or was asked about it; undefined for a JWT, and where nobody was. */
export function opaqueTokenIssuer({ call, decision }: Pick<Seen, 'call' | 'decision'>): Issuer | undefined {
  if (tokenTextOf(call) === undefined || unverifiedTokenOf(call) !== undefined) return undefined
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
