import { didYouMean } from '../../config/nearest-name.ts'
import type { Denial } from '../../decision/denial.ts'
import { formatInstant, formatSpan } from '../frame/time-text.ts'
import { describeAccess } from './describe-access.ts'
import { describeRequest } from './describe-request.ts'
import { describeToken } from './describe-token.ts'
import { placeOfToken, type Seen } from './seen.ts'
import type { Step } from './steps.ts'
import { listed, shown, shownRule } from './values.ts'

/** What is said about one step. */
export interface Described {
  readonly detail: string
  readonly expected?: string
  readonly actual?: string
}

/** What a step that passed has seen. */
export function describePassed(step: Step, seen: Seen): Described {
  switch (step) {
    case 'route':
    case 'forwarded request':
    case 'match':
    case 'header names':
    case 'origin':
    case 'preflight':
    case 'credentials':
      return describeRequest(step, seen)
    case 'token':
    case 'issuer':
    case 'algorithm':
    case 'key':
    case 'signature':
    case 'token type':
    case 'token claims':
      return describeToken(step, seen)
    case 'time':
    case 'lifetime':
    case 'audience':
    case 'revocation':
    case 'client':
    case 'scopes':
    case 'claims':
    case 'rules':
    case 'mcp':
    case 'identity':
      return describeAccess(step, seen)
    case 'end':
      return { detail: 'the decision came to its end' }
  }
}

/** Why a step failed: what was expected and what was there. */
export function describeDenial(denial: Denial, seen: Seen): Described {
  switch (denial.reason) {
    case 'route_unknown':
      return { detail: unknownRoute(seen) }
    case 'forwarded_request_invalid':
    case 'route_mismatch':
    case 'token_malformed':
    case 'mcp_request_invalid':
      return { detail: denial.problem }
    case 'credentials_malformed':
      return { detail: [denial.problem, denial.hint].filter(Boolean).join('; ') }
    case 'mcp_not_allowed':
      return {
        detail: `${[denial.unverifiedMethod, denial.unverifiedName].filter(Boolean).join(' ')}: ${denial.problem}`,
      }
    case 'identity_header_alias':
      return { detail: `${shown(denial.unverifiedHeader)} could be taken for an identity header` }
    case 'origin_not_allowed':
      return mismatch('the Origin is not listed', listed(denial.expected), denial.unverifiedOrigin)
    case 'credentials_missing':
      return denial.scheme === undefined
        ? { detail: [`there is no ${placeOfToken(seen)}`, denial.hint].filter(Boolean).join('; ') }
        : mismatch('another scheme than Bearer', 'Bearer', denial.scheme)
    case 'credentials_ambiguous':
      return { detail: `there is more than one ${placeOfToken(seen)}` }
    case 'token_too_large':
      return mismatch('too long', `at most ${denial.limit} characters`, `${denial.length} characters`)
    case 'token_opaque':
      return mismatch(denial.hint ?? 'not a token that can be read here', 'a signed JWT', `an ${denial.form} token`)
    case 'issuer_untrusted':
      return mismatch(
        denial.hint ?? 'no issuer of the route has this iss',
        listed((seen.decision.route?.accept ?? []).map(({ issuer }) => issuer.issuer).filter((iss) => iss !== '')),
        denial.unverifiedIssuer ?? 'no iss',
      )
    case 'algorithm_not_allowed':
      return mismatch(
        denial.hint ?? 'not an algorithm of this issuer',
        listed(denial.expected),
        denial.unverifiedAlgorithm,
      )
    case 'key_unknown':
      return mismatch(
        'the issuer publishes no key that fits',
        `a key for ${denial.unverifiedAlgorithm}`,
        denial.unverifiedKeyId === undefined ? 'no kid' : `kid ${shown(denial.unverifiedKeyId)}`,
      )
    case 'keys_unavailable':
      if (denial.cause === 'unknown_kid') {
        return { detail: 'the kid is new, and the keys were fetched a moment ago; ask again in some seconds' }
      }
      return { detail: `the keys cannot be had: ${failures(seen.readings)}` }
    case 'introspection_unavailable':
      if (denial.cause === 'too_many_questions') return { detail: 'too many tokens are being asked about; ask again' }
      return { detail: `the issuer could not be asked about the token: ${failures(seen.introspections)}` }
    case 'signature_invalid':
      if (denial.leftOut !== undefined)
        return { detail: `holds with none of the keys tried; ${denial.leftOut} more fit. The token needs a kid` }
      return {
        detail: `does not hold with ${denial.keyId === undefined ? 'any key that fits' : `the key ${shown(denial.keyId)}`}`,
      }
    case 'token_type_not_allowed':
      return mismatch('not an access token', denial.expected, denial.actual)
    case 'claim_invalid':
      return { detail: `${denial.claim} ${denial.problem}` }
    case 'token_expired':
      return mismatch(
        `expired ${formatSpan(denial.secondsPast)} ago`,
        `exp after ${formatInstant(seen.now)}${tolerance(seen)}`,
        formatInstant(seen.now - denial.secondsPast),
      )
    case 'token_not_yet_valid':
      return mismatch(
        `valid only in ${formatSpan(denial.secondsAhead)}`,
        `${denial.claim} before ${formatInstant(seen.now)}${tolerance(seen)}`,
        formatInstant(seen.now + denial.secondsAhead),
      )
    case 'token_lifetime_exceeded':
      return mismatch('lives too long', `at most ${formatSpan(denial.limit)}`, formatSpan(denial.actual))
    case 'audience_mismatch':
      return mismatch(
        denial.hint ?? 'made for somebody else',
        `one of ${listed(denial.expected)}`,
        listed(denial.actual),
      )
    case 'token_revoked':
      if (denial.by === 'introspection')
        return { detail: 'its issuer says that it is not active: expired, revoked or unknown' }
      return { detail: `revoked by revocations.${denial.by}` }
    case 'scope_insufficient':
      return mismatch(`lacks ${listed(denial.missing)}`, `all of ${listed(denial.missing)}`, listed(denial.actual))
    case 'client_not_allowed':
      return mismatch('not a client of the list', `one of ${listed(denial.expected)}`, denial.actual ?? 'no client')
    case 'claim_not_allowed':
      return mismatch(denial.hint ?? `claim ${denial.claim}`, shownRule(denial.expected), shown(denial.actual))
    case 'identity_too_large':
      return mismatch('too much for a request', `at most ${denial.limit} bytes`, `${denial.bytes} bytes`)
    case 'internal_error':
      return { detail: 'a bug in forwardgate; please report it' }
  }
}

function mismatch(detail: string, expected: string, actual: string): Described {
  return { detail, expected, actual }
}

function unknownRoute({ call, config, decision }: Seen): string {
  if (call.routeName !== undefined) {
    const names = config.routes.map(({ name }) => name)
    return `there is no route ${shown(call.routeName)}${didYouMean(call.routeName, names) || `; the routes are ${listed(names)}`}`
  }
  return `no route has this host and path: ${decision.request?.host}${decision.request?.path}`
}

function tolerance({ decision }: Seen): string {
  const seconds = decision.token?.issuer.clockTolerance ?? 0
  return seconds === 0 ? '' : `, give or take ${formatSpan(seconds)}`
}

function failures(events: Seen['readings'] | Seen['introspections']): string {
  const reasons = [...events.values()].flatMap((event) =>
    event.outcome === 'failure' ? [`issuers.${event.issuer}: ${event.reason}`] : [],
  )
  return reasons.length === 0 ? 'no answer within 5 s' : reasons.join('; ')
}
