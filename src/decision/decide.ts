import type { Accept, Route } from '../config/model.ts'
import type { Issuer } from '../config/model-issuer.ts'
import type { Mcp, Rule } from '../config/model-requirement.ts'
import { type ChosenWay, checkAdditions, checkLifetime, checkTime, chooseWay } from './admission.ts'
import { type Denial, denialRow, isToRetry, type Reason } from './denial.ts'
import { checkHeaders } from './header-guards.ts'
import { emptyIdentityHeaders, type HeaderList, withBearer } from './identity-headers.ts'
import { judgeMcp, type McpJudgement, type RequestContent, readRequestId } from './mcp/mcp.ts'
import type { RequestId } from './mcp/message.ts'
import type { Presented, Scheme } from './request/credentials.ts'
import { type CallReading, type ForwardedRequest, isPreflight } from './request/forwarded-request.ts'
import type { HeaderFields } from './request/header-fields.ts'
import { findByPath, findNamed, matchRoute, type RouteTable } from './request/route-table.ts'
import { hasNoCredentials, readCredentials, schemesOf } from './request/token-source.ts'
import { checkSender, type ProofDeps, type Sent } from './sender.ts'
import { showUnverified } from './show-unverified.ts'
import type { VerifiedToken } from './token/access-token.ts'
import type { AssessedToken, Assessment, AssessToken } from './token/assessed-token.ts'
import type { Claims } from './token/claims.ts'
import { currentNonce } from './token/proof-nonce.ts'
import { type Itinerary, isLater, itineraryOf, type Step } from './trace.ts'

/** A proxy's question about one request. */
export interface Question extends CallReading {
  readonly fields: HeaderFields
  /** For routes with `mcp`; absent if no body can come. */
  readonly content?: RequestContent | undefined
}

/** What questions are judged by: one configuration, and what it needs of the world. */
export interface Policy {
  readonly routes: RouteTable
  readonly assessToken: AssessToken
  readonly proofs: ProofDeps
  /** Seconds since the epoch. */
  readonly now: () => number
}

export type AllowReason = 'token' | 'anonymous' | 'preflight'

/** What a decision saw on its way; undefined if it did not get so far. */
export interface Evidence {
  readonly route: Route | undefined
  readonly request: ForwardedRequest | undefined
  /** The rules of the route that match the request. */
  readonly rules: readonly Rule[]
  /** Set if credentials of a scheme of ours came. */
  readonly scheme?: Scheme | undefined
  /** Set if the client has to make its proof anew with this nonce. */
  readonly nonce?: string
  /** Set once a signature held. */
  readonly issuer: Issuer | undefined
  /** Set if a signature held, and type or claims did not. */
  readonly refusedClaims?: Claims | undefined
  /** Set once type and claims held too. */
  readonly token: VerifiedToken | undefined
  /** With a verified token: the way in that admits it, or that it got furthest on. */
  readonly entry: Accept | undefined
  /** Set if the route has `mcp` and the decision got as far as the body. */
  readonly mcp?: McpJudgement
  /** Of the one request that a refused body is, if it was read. */
  readonly requestId?: RequestId | undefined
  /** The steps of a request like this one. */
  readonly itinerary: Itinerary
}

/** Allow or deny, with its evidence and the step at which it ended. `headers` are the identity of the caller that passes. */
export type Decision = Evidence & { readonly ended: Step } & (
    | { readonly outcome: 'allow'; readonly reason: AllowReason; readonly headers: HeaderList }
    /** An observed route lets pass what it would deny. */
    | { readonly outcome: 'would_deny'; readonly reason: Reason; readonly denial: Denial; readonly headers: HeaderList }
    /** `retry`: a 503 that any client can cause, so it counts as no outage. */
    | { readonly outcome: 'deny' | 'error' | 'retry'; readonly reason: Reason; readonly denial: Denial }
  )

/**
 * Decides about one request. Reads top to bottom: one guard a step, the first failure is the reason, nothing calls back
 * up. Answers without a promise when the token was seen before, unless the route looks at bodies.
 */
export function decide(question: Question, policy: Policy): Decision | Promise<Decision> {
  const { fields, forwarded, routeName } = question
  const placedBy = routeName === undefined ? 'path' : 'name'
  const nothing = NOTHING[placedBy]
  const named = routeName === undefined ? undefined : findNamed(policy.routes, routeName)
  if (routeName !== undefined && named === undefined) {
    // Not judged, only shown: host and path show which router has the wrong address.
    return deny(unknownName(routeName), 'request' in forwarded ? { ...nothing, request: forwarded.request } : nothing)
  }
  if (!forwarded.ok) return deny(forwarded.denial, { ...nothing, route: named })
  const { request } = forwarded

  const route = named ?? findByPath(policy.routes, request)
  if ('reason' in route) return deny(route, { ...nothing, request })

  const itinerary = itineraryOf(placedBy, 'jwt', route.mcp === undefined ? 'never' : 'after token')
  const match = matchRoute(route, request)
  if (!match.ok) return deny(match.denial, { ...nothing, route, request, itinerary })
  const { rules } = match
  const evidence: Placed = { ...nothing, route, request, rules, itinerary }

  const forbidden = checkHeaders(route, fields)
  if (forbidden !== undefined) return deny(forbidden, evidence)

  const preflight = isPreflight(request, fields)
  if (preflight && route.preflight === 'pass') return pass('preflight', 'preflight', evidence)

  const credentials = readCredentials(route.tokenSource, fields, schemesOf(route))
  if (!credentials.ok) {
    const anonymousHere = route.anonymous && rules.length === 0 && !preflight
    const mayBeAnonymous = anonymousHere && hasNoCredentials(route.tokenSource, fields)
    if (!mayBeAnonymous || route.mcp?.openLists === false)
      return deny(credentials.denial, { ...evidence, scheme: credentials.scheme })
    if (route.mcp === undefined) return pass('anonymous', 'credentials', evidence)
    return concludeAnonymous(route.mcp, evidence, question, credentials.denial)
  }

  const assessment = policy.assessToken(credentials.token, route)
  if (!(assessment instanceof Promise)) return conclude(assessment, credentials, evidence, question, policy)
  return assessment.then((later) => conclude(later, credentials, evidence, question, policy))
}

/** The answer to a bug: never an allow, also if the route is only observed. */
export function internalError(): Decision {
  return deny({ reason: 'internal_error', step: 'end' }, NOTHING.name)
}

/** Evidence of a request that belongs to a route. */
interface Placed extends Evidence {
  readonly route: Route
  readonly request: ForwardedRequest
}

const UNKNOWN = {
  ...{ route: undefined, request: undefined, rules: [] },
  ...{ issuer: undefined, token: undefined, entry: undefined },
}
const NOTHING = {
  name: { ...UNKNOWN, itinerary: itineraryOf('name', 'jwt', 'never') },
  path: { ...UNKNOWN, itinerary: itineraryOf('path', 'jwt', 'never') },
} as const satisfies Record<string, Evidence>

/** Without credentials the body is read first, as it says whether they are needed. */
async function concludeAnonymous(mcp: Mcp, before: Placed, question: Question, needed: Denial): Promise<Decision> {
  const itinerary = itineraryOf(before.itinerary.placedBy, 'jwt', 'before token')
  const asked = await judgeMcp(mcp, before.request.method, question.fields, question.content)
  const evidence = { ...before, itinerary, mcp: asked, requestId: asked.id }
  if (asked.denial !== undefined) return deny(asked.denial, evidence)
  return asked.open ? pass('anonymous', 'mcp', evidence) : deny({ ...needed, step: 'mcp' }, evidence)
}

function conclude(
  assessment: Assessment,
  presented: Presented,
  before: Placed,
  question: Question,
  policy: Policy,
): Decision | Promise<Decision> {
  const { scheme } = presented
  const itinerary = itineraryOf(before.itinerary.placedBy, assessment.form, before.itinerary.body)
  if (!assessment.ok) {
    const { denial, issuer, refusedClaims } = assessment
    return deny(denial, { ...before, scheme, itinerary, issuer, refusedClaims })
  }
  const { token, admission } = assessment
  const now = policy.now()
  const way = chooseWay(admission, token, now)
  const evidence: Placed = { ...before, scheme, itinerary, issuer: token.issuer, token, entry: way.entry }
  const invalid = checkTime(token, now) ?? checkLifetime(token, now) ?? ofToken(way.denial)
  if (invalid !== undefined) return refuse(invalid, evidence, question)

  const { request, route } = evidence
  const sent: Sent = { presented, proof: question.fields.dpop, request, token }
  const held: Held = { assessed: assessment, presented, question, way, now }
  const proven = (denial: Denial | undefined) =>
    denial === undefined ? concludeAccess(held, evidence) : refuse(denial, withNonce(denial, evidence, now), question)
  const denial = checkSender(sent, route, now, policy.proofs)
  return denial instanceof Promise ? denial.then(proven) : proven(denial)
}

/** A token that holds, in the hand of its sender. */
interface Held {
  readonly assessed: AssessedToken
  readonly presented: Presented
  readonly question: Question
  readonly way: ChosenWay
  readonly now: number
}

/** A denial of the token as such comes before its proof is looked at; one of access comes after. */
function ofToken(denial: Denial | undefined): Denial | undefined {
  return denial === undefined || isLater(denial.step, 'proof') ? undefined : denial
}

/** Only a client that is to make its proof anew gets a nonce. */
function withNonce(denial: Denial, evidence: Placed, now: number): Placed {
  const secret = evidence.route.dpop.nonceSecret
  if (denial.reason !== 'proof_nonce_required' || secret === undefined) return evidence
  return { ...evidence, nonce: currentNonce(secret, now) }
}

/** Refuses a token that was verified. On a route with `mcp` its client finds the answer by the id of its request. */
function refuse(denial: Denial, evidence: Placed, { fields, content }: Question): Decision | Promise<Decision> {
  const refused = deny(denial, evidence)
  const { mcp } = evidence.route
  if (mcp === undefined || refused.outcome === 'would_deny') return refused
  return readRequestId(mcp, evidence.request.method, fields, content).then((requestId) => ({ ...refused, requestId }))
}

function concludeAccess(held: Held, evidence: Placed): Decision | Promise<Decision> {
  const denial = held.way.denial ?? checkAdditions(held.assessed, evidence.rules, 'rules', held.now)
  const { mcp } = evidence.route
  // Of a token that its client can replace the body is read all the same: one challenge names all that the call needs.
  const readsBody = mcp !== undefined && (denial === undefined || denialRow(denial.reason).challenge)
  if (readsBody) return concludeMcp(mcp, held, evidence, denial)
  return denial === undefined ? admitted(held, evidence) : refuse(denial, evidence, held.question)
}

async function concludeMcp(mcp: Mcp, held: Held, before: Placed, earlier: Denial | undefined): Promise<Decision> {
  const { question, assessed, now } = held
  const asked = await judgeMcp(mcp, before.request.method, question.fields, question.content)
  const evidence = { ...before, mcp: asked, requestId: asked.id }
  const denial = earlier ?? asked.denial ?? checkAdditions(assessed, asked.needs, 'mcp', now)
  return denial === undefined ? admitted(held, evidence) : deny(denial, evidence)
}

function admitted({ assessed: { identity }, presented }: Held, evidence: Placed): Decision {
  if (!identity.ok) return deny(identity.denial, evidence)
  const headers = withBearer(evidence.route, identity.headers, presented.token)
  return { ...evidence, ended: 'identity', outcome: 'allow', reason: 'token', headers }
}

function unknownName(routeName: string): Denial {
  return { reason: 'route_unknown', step: 'route', unverifiedRoute: showUnverified(routeName) }
}

function pass(reason: AllowReason, ended: Step, evidence: Placed): Decision {
  return { ...evidence, ended, outcome: 'allow', reason, headers: emptyIdentityHeaders(evidence.route) }
}

function deny(denial: Denial, evidence: Evidence): Decision {
  const { reason, step: ended } = denial
  const row = denialRow(reason)
  const { route } = evidence
  if (route?.mode === 'observe' && row.class !== 'service' && reason !== 'identity_header_alias') {
    return { ...evidence, ended, outcome: 'would_deny', reason, denial, headers: emptyIdentityHeaders(route) }
  }
  const fault = isToRetry(denial) ? 'retry' : 'error'
  return { ...evidence, ended, outcome: row.status >= 500 ? fault : 'deny', reason, denial }
}
