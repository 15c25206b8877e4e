import type { Config, Route } from '../../config/model.ts'
import { readCredentials, schemesOf } from '../../decision/request/token-source.ts'
import { parseUnverifiedToken, type UnverifiedToken } from '../../decision/token/unverified-token.ts'
import type { Call } from '../replay/proxy-call.ts'
import type { Judgement } from '../replay/replay.ts'

/** All that an explanation is made from. */
export interface Seen extends Judgement {
  readonly call: Call
  readonly config: Config
  /** Seconds since the epoch, of the decision. */
  readonly now: number
  /** True: there were claims only; a key made for this run signed them. */
  readonly whatIf: boolean
}

/** What is said about one step. */
export interface Described {
  readonly detail: string
  readonly expected?: string
  readonly actual?: string
}

/** The token text of a call to a route, if it has one; without a route the usual place is read. */
export function tokenTextOf({ fields }: Call, route: Route | undefined): string | undefined {
  const credentials =
    route === undefined
      ? readCredentials({ kind: 'authorization' }, fields, ['bearer', 'dpop'])
      : readCredentials(route.tokenSource, fields, schemesOf(route))
  return credentials.ok ? credentials.token : undefined
}

/** What the token of a call says before its signature is checked; undefined if it cannot be read. */
export function unverifiedTokenOf(call: Call, route: Route | undefined): UnverifiedToken | undefined {
  const text = tokenTextOf(call, route)
  const parsed = text === undefined ? undefined : parseUnverifiedToken(text)
  return parsed?.ok === true ? parsed.token : undefined
}
