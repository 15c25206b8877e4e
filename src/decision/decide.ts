import type { Issuer, Route, Rule } from '../config/model.ts'
import { checkAdditions, checkTime } from './admission.ts'
import { type Denial, denialRow, isToRetry, type Reason } from './denial.ts'
import { emptyIdentityHeaders, findAlias, type HeaderList, identityHeaderNames } from './identity-headers.ts'
import { judgeMcp, type McpJudgement, type RequestContent } from './mcp/mcp.ts'
import { type CallReading, type ForwardedRequest, isPreflight } from './request/forwarded-request.ts'
import { type HeaderFields, METHOD_OVERRIDES, SEVERAL } from './request/header-fields.ts'
import { placeByPath, placeNamed, type RouteTable } from './request/route-table.ts'
import { hasNoCredentials, readCredentials } from './request/token-source.ts'
import { showUnverified } from './show-unverified.ts'
import type { VerifiedToken } from './token/access-token.ts'
import type { Assessment, AssessToken } from './token/assessed-token.ts'

/** A proxy's question about one request. */
export interface Question extends CallReading {
  readonly fields: HeaderFields
  /** For routes with `mcp`; absent where no body can come. */
  readonly content?: RequestContent
}

/** What questions are judged by: one configuration, and what it needs of the world. */
export interface Policy {
  readonly routes: RouteTable
  readonly assessToken: AssessToken
  /** Seconds since the epoch. */
  readonly now: () => number
}

export type AllowReason = 'token' | 'anonymous' | 'preflight'

/** What a decision saw on its way; undefined where it did not get so far. */
export interface Evidence {
  readonly route: Route | undefined
  readonly request: ForwardedRequest | undefined
  /** The rules of the route that match the request. */
  readonly rules: readonly Rule[]
  /** Set once a signature held. */
  readonly issuer: Issuer | undefined
  /** Set once type and claims held too. */
  readonly token: VerifiedToken | undefined
  /** Set where the route has `mcp` and the decision got as far as the body. */
  readonly mcp?: McpJudgement
}

/** Allow or deny, with its evidence. `headers` are the identity of whoever passes. */
export type Decision = Evidence &
  (
    | { readonly outcome: 'allow'; readonly reason: AllowReason; readonly headers: HeaderList }
    /** An observed route lets pass what it would deny. */
    | { readonly outcome: 'would_deny'; readonly reason: Reason; readonly denial: Denial; readonly headers: HeaderList }
    /** `retry`: a 503 that is nobody's fault, as anybody can cause it. */
    | { readonly outcome: 'deny' | 'error' | 'retry'; readonly reason: Reason; readonly denial: Denial }
  )

/**
 * Decides about one request. Reads top to bottom: one guard a step, the first failure is the reason, nothing calls back
 * up. Answers at once when the token was seen before, unless the route looks at bodies.
 */
export function decide(question: Question, policy: Policy): Decision | Promise<Decision> {
  const { fields, forwarded } = question
  const named = question.routeName === undefined ? undefined : policy.routes.byName.get(question.routeName)
  if (question.routeName !== undefined && named === undefined) {
    return deny({ reason: 'route_unknown', unverifiedRoute: showUnverified(question.routeName) }, NOTHING)
  }

  if (!forwarded.ok) return deny(forwarded.denial, { ...NOTHING, route: named })
  const { request } = forwarded

  const placed = named === undefined ? placeByPath(policy.routes, request) : placeNamed(named, request)
  if (!placed.ok) return deny(placed.denial, { ...NOTHING, route: placed.route, request })
  const { route, rules } = placed
  const evidence: Evidence = { route, request, rules, issuer: undefined, token: undefined }

  const forbidden = checkOverride(route, fields) ?? checkAlias(route, fields) ?? checkOrigin(route, fields)
  if (forbidden !== undefined) return deny(forbidden, evidence)

  const preflight = isPreflight(request, fields)
  if (preflight && route.preflight === 'pass') return pass('preflight', evidence, route)

  const credentials = readCredentials(route.tokenSource, fields)
  if (!credentials.ok) {
    const anonymousHere = route.anonymous && rules.length === 0 && !preflight
    const mayBeAnonymous = anonymousHere && hasNoCredentials(route.tokenSource, fields)
    if (!mayBeAnonymous || route.mcp?.openLists === false) return deny(credentials.denial, evidence)
    const anonymous = (seen: Evidence) => pass('anonymous', seen, route)
    const needsToken = (seen: Evidence) => deny(credentials.denial, seen)
    return withMcp(question, evidence, (seen) => (seen.mcp?.open === false ? needsToken(seen) : anonymous(seen)))
  }

  const assessment = policy.assessToken(credentials.token, route)
  if (!(assessment instanceof Promise)) return conclude(assessment, evidence, question, policy)
  return assessment.then((later) => conclude(later, evidence, question, policy))
}

/** The answer to a bug: never an allow, also where the route is only observed. */
export function internalError(): Decision {
  return deny({ reason: 'internal_error' }, NOTHING)
}

const NOTHING: Evidence = {
  route: undefined,
  request: undefined,
  rules: [],
  issuer: undefined,
  token: undefined,
}

function conclude(
  assessment: Assessment,
  before: Evidence,
  question: Question,
  policy: Policy,
): Decision | Promise<Decision> {
  if (!assessment.ok) return deny(assessment.denial, { ...before, issuer: assessment.issuer })
  const { token, admission, identity } = assessment
  const { scopes } = admission
  const evidence: Evidence = { ...before, issuer: token.issuer, token }
  const denial = checkTime(token, policy.now()) ?? admission.denial ?? checkAdditions(token, scopes, before.rules)
  // Of a token that only lacks a scope the body is read all the same: one challenge tells all that the call needs.
  if (denial !== undefined && denial.reason !== 'scope_insufficient') return deny(denial, evidence)
  return withMcp(
    question,
    evidence,
    (seen) => {
      const insufficient = denial ?? checkAdditions(token, scopes, seen.mcp?.needs ?? [])
      if (insufficient !== undefined) return deny(insufficient, seen)
      if (!identity.ok) return deny(identity.denial, seen)
      return { ...seen, outcome: 'allow', reason: 'token', headers: identity.headers }
    },
    denial,
  )
}

/** Goes on with what the body asks for; at once where the route does not look at bodies. `earlier`: a denial that comes first. */
function withMcp(
  question: Question,
  evidence: Evidence,
  next: (seen: Evidence) => Decision,
  earlier?: Denial,
): Decision | Promise<Decision> {
  const { route, request } = evidence
  if (route?.mcp === undefined || request === undefined) return next(evidence)
  return judgeMcp(route.mcp, request.method, question.fields, question.content).then((mcp) => {
    const seen = { ...evidence, mcp }
    return mcp.denial === undefined || earlier !== undefined ? next(seen) : deny(mcp.denial, seen)
  })
}

function checkOverride(route: Route, fields: HeaderFields): Denial | undefined {
  const asked = fields.methodOverride !== undefined || findAlias(fields.oddNames ?? [], METHOD_OVERRIDES) !== undefined
  if (!asked || !methodDecides(route)) return undefined
  return { reason: 'forwarded_request_invalid', problem: 'a header asks the backend to use another method' }
}

function methodDecides(route: Route): boolean {
  return route.preflight === 'pass' || route.mcp !== undefined || route.rules.some((rule) => rule.methods !== undefined)
}

function checkAlias(route: Route, fields: HeaderFields): Denial | undefined {
  if (fields.oddNames === undefined) return undefined
  const alias = findAlias(fields.oddNames, identityHeaderNames(route))
  return alias === undefined ? undefined : { reason: 'identity_header_alias', unverifiedHeader: showUnverified(alias) }
}

function checkOrigin(route: Route, fields: HeaderFields): Denial | undefined {
  if (route.origins === undefined || fields.origin === undefined) return undefined
  if (fields.origin !== SEVERAL && route.origins.includes(fields.origin)) return undefined
  const sent = fields.origin === SEVERAL ? 'several' : showUnverified(fields.origin)
  return { reason: 'origin_not_allowed', expected: route.origins, unverifiedOrigin: sent }
}

function pass(reason: AllowReason, evidence: Evidence, route: Route): Decision {
  return { ...evidence, outcome: 'allow', reason, headers: emptyIdentityHeaders(route) }
}

function deny(denial: Denial, evidence: Evidence): Decision {
  const { reason } = denial
  const row = denialRow(reason)
  const { route } = evidence
  if (route?.mode === 'observe' && row.class !== 'service' && reason !== 'identity_header_alias') {
    return { ...evidence, outcome: 'would_deny', reason, denial, headers: emptyIdentityHeaders(route) }
  }
  const fault = isToRetry(denial) ? 'retry' : 'error'
  return { ...evidence, outcome: row.status >= 500 ? fault : 'deny', reason, denial }
}
