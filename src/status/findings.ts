import { denialRow, type Reason } from '../decision/denial.ts'
import type { Refusal } from './recording/recent-refusals.ts'
import type { IssuerReport, RouteStatus, State, Status, StatusFinding } from './status.ts'
import { clockTime, counted, shortList } from './words.ts'

/** What findings are made of: a status without them. */
export type Facts = Omit<Status, 'state' | 'findings'> & { readonly notReady: NotReady | undefined }

/** Why `/readyz` is 503. */
export type NotReady =
  | { readonly kind: 'draining' }
  | { readonly kind: 'waiting'; readonly issuers: readonly string[]; readonly until: string | undefined }

/** A certificate that ends sooner should long have been renewed. */
const CERTIFICATE_WARNING_MS = 7 * 24 * 60 * 60 * 1000

/** Fewer requests than this that name no route may be anything. */
const MIN_UNMATCHED = 10

/** Routes that have a finding each; more have one together. */
const MAX_SINGLE_ROUTES = 3

/** What an operator should know first, worst first; the order within is that of causes before effects. */
export function findingsOf(facts: Facts): readonly StatusFinding[] {
  const findings = [
    ...readinessFindings(facts),
    ...configurationFindings(facts),
    ...facts.issuers.flatMap((issuer) => issuerFindings(issuer, facts.time)),
    ...certificateFindings(facts),
    ...routeFindings(facts),
    ...unmatchedFindings(facts),
    ...logFindings(facts),
  ]
  return [
    ...findings.filter(({ state }) => state === 'problem'),
    ...findings.filter(({ state }) => state === 'warning'),
  ]
}

/** The state of the worst finding. */
export function stateOf(findings: readonly StatusFinding[]): State {
  return findings[0]?.state ?? 'ok'
}

function readinessFindings({ notReady, time }: Facts): readonly StatusFinding[] {
  if (notReady === undefined) return []
  if (notReady.kind === 'draining') {
    return [warning('draining', 'The process is shutting down', ['Requests are still answered.'])]
  }
  const until =
    notReady.until === undefined ? 'until they come' : `until ${clockTime(notReady.until, time)} at the latest`
  const text = `Not ready: waiting for the first keys of ${shortList(notReady.issuers)}`
  return [problem('not_ready', text, [`It waits ${until}.`])]
}

function configurationFindings({ configuration: { refused, loadedAt }, time }: Facts): readonly StatusFinding[] {
  if (refused === undefined) return []
  const text = `The configuration of ${clockTime(refused.at, time)} was refused`
  const active = `The last good configuration, of ${clockTime(loadedAt, time)}, stays active.`
  return [problem('configuration_refused', text, [active, ...firstFew(refused.problems)])]
}

function issuerFindings(issuer: IssuerReport, time: string): readonly StatusFinding[] {
  const { name, state, lastError, validUntil, introspectionError, registration } = issuer
  const findings: StatusFinding[] = []
  const why = lastError === undefined ? [] : [`Last error: ${lastError}`]
  if (state === 'down') {
    const details = ['Its tokens are answered with 503 keys_unavailable.', ...why]
    findings.push(problem('issuer_down', `Issuer ${name} has no usable keys`, details))
  }
  if (state === 'failing') {
    const serve = validUntil === undefined ? [] : [`Its last good keys serve until ${clockTime(validUntil, time)}.`]
    findings.push(warning('issuer_failing', `The keys of issuer ${name} cannot be refreshed`, [...serve, ...why]))
  }
  if (introspectionError !== undefined) {
    const details = [
      'Its opaque tokens are answered with 503 introspection_unavailable.',
      `Last error: ${introspectionError}`,
    ]
    findings.push(problem('introspection_failing', `Issuer ${name} cannot be asked about opaque tokens`, details))
  }
  if (registration === 'refused') {
    findings.push(warning('registration_refused', `Registration cannot be offered for issuer ${name}`, [SEE_LOG]))
  }
  return findings
}

const SEE_LOG = 'The log says why.'

function certificateFindings({ certificate, time }: Facts): readonly StatusFinding[] {
  if (certificate === undefined) return []
  const { validTo, refused } = certificate
  const findings: StatusFinding[] = []
  const left = Date.parse(validTo) - Date.parse(time)
  if (left <= 0) {
    const details = ['Proxies refuse the connection, and then every request.']
    findings.push(problem('certificate_expired', `The certificate expired at ${clockTime(validTo, time)}`, details))
  } else if (left < CERTIFICATE_WARNING_MS) {
    findings.push(warning('certificate_expires', `The certificate expires at ${clockTime(validTo, time)}`, []))
  }
  if (refused !== undefined) {
    const text = `The certificate of ${clockTime(refused.at, time)} was refused`
    findings.push(warning('certificate_refused', text, ['The one in use stays.', ...refused.problems]))
  }
  return findings
}

function routeFindings(facts: Facts): readonly StatusFinding[] {
  const refusing = facts.routes.filter(({ state }) => state === 'refusing')
  const looping = facts.routes.filter(({ state }) => state === 'login_loop')
  return [
    ...(refusing.length > MAX_SINGLE_ROUTES
      ? [
          problem(
            'every_request_refused',
            `Every request to ${counted(refusing.length, 'route')} is refused`,
            together(refusing),
          ),
        ]
      : refusing.map((route) => refusingFinding(route, facts))),
    ...(looping.length > MAX_SINGLE_ROUTES
      ? [
          problem(
            'login_loop',
            `Clients of ${counted(looping.length, 'route')} log in again and again`,
            together(looping),
          ),
        ]
      : looping.map((route) => loopFinding(route, facts))),
  ]
}

function together(routes: readonly RouteStatus[]): readonly string[] {
  return [`${shortList(routes.map(({ name }) => name))}.`]
}

function refusingFinding(route: RouteStatus, { refusals, time }: Facts): StatusFinding {
  const { name, refusedInARow, refusedSince, freshTokensRefused } = route
  const since = refusedSince === undefined ? '' : ` since ${clockTime(refusedSince, time)}`
  const text = `Every request to route ${name} has been refused${since}`
  const loop = freshTokensRefused === 0 ? [] : [freshTokens(freshTokensRefused)]
  const details = [`${counted(refusedInARow, 'request')} in a row.`, ...loop, ...whyOf(route, refusals)]
  // If every client only gets a challenge, they may be scanners.
  const isSerious = refusalReasons(route).some((reason) => !denialRow(reason).expected) || route.refused >= MIN_ALARMING
  return { ...(isSerious ? problem : warning)('every_request_refused', text, details) }
}

/** So many requests without credentials in 15 minutes, and none that passes, are more than scanners. */
const MIN_ALARMING = 90

function loopFinding(route: RouteStatus, { refusals }: Facts): StatusFinding {
  const details = [freshTokens(route.freshTokensRefused), ...whyOf(route, refusals)]
  return problem('login_loop', `Clients of route ${route.name} log in again and again`, details)
}

function freshTokens(count: number): string {
  return `${counted(count, 'token')} of the last 5 minutes ${count === 1 ? 'was' : 'were'} refused less than a minute after the login: a login loop.`
}

/** The most frequent reason, and what was compared when it was last logged. */
function whyOf(route: RouteStatus, refusals: readonly Refusal[]): readonly string[] {
  const [reason] = refusalReasons(route).toSorted(unexpectedFirst)
  if (reason === undefined) return []
  const last = refusals.find((refusal) => refusal.route === route.name && refusal.reason === reason)
  const { expected, actual, missing, hint } = last?.evidence ?? {}
  const compared = [
    ...(expected === undefined ? [] : [`Expected: ${shortList(expected)}`]),
    ...(missing === undefined ? [] : [`Missing: ${shortList(missing)}`]),
    ...(actual === undefined ? [] : [`Actual: ${shortList(actual)}`]),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
  ]
  return [`Reason ${reason}: ${denialRow(reason).message}.`, ...compared]
}

function refusalReasons({ reasons }: RouteStatus): readonly Reason[] {
  return reasons.flatMap(({ outcome, reason }) =>
    outcome === 'allow' || outcome === 'would_deny' ? [] : [reason as Reason],
  )
}

function unexpectedFirst(one: Reason, other: Reason): number {
  return Number(denialRow(one).expected) - Number(denialRow(other).expected)
}

function unmatchedFindings({ unmatched, refusals }: Facts): readonly StatusFinding[] {
  const count = unmatched.reasons.find(({ reason }) => reason === 'route_unknown')?.count ?? 0
  if (count < MIN_UNMATCHED) return []
  const named = new Set(refusals.flatMap(({ evidence }) => evidence?.unverifiedRoute ?? []))
  const details = ['The address of the ForwardAuth middleware may be wrong.']
  if (named.size > 0) details.push(`Named: ${shortList([...named])}`)
  return [warning('unknown_route', `${counted(count, 'request')} belonged to no route`, details)]
}

function logFindings({ lostLogLines }: Facts): readonly StatusFinding[] {
  if (lostLogLines === 0) return []
  return [warning('log_lines_lost', `${counted(lostLogLines, 'log line')} could not be written since the start`, [])]
}

function firstFew(problems: readonly string[]): readonly string[] {
  const shown = problems.slice(0, 5)
  return problems.length > shown.length ? [...shown, `… ${problems.length - shown.length} more`] : shown
}

function problem(id: string, text: string, details: readonly string[]): StatusFinding {
  return { state: 'problem', id, text, details }
}

function warning(id: string, text: string, details: readonly string[]): StatusFinding {
  return { state: 'warning', id, text, details }
}
