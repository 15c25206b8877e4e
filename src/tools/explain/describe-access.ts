import type { Requirement, Route, Rule } from '../../config/model.ts'
import type { McpJudgement } from '../../decision/mcp/mcp.ts'
import { showUnverified } from '../../decision/show-unverified.ts'
import type { VerifiedToken } from '../../decision/token/access-token.ts'
import { readClaim } from '../../decision/token/claims.ts'
import { formatInstant, formatSpan } from '../frame/time-text.ts'
import type { Described } from './describe.ts'
import { judgedEntry, type Seen } from './seen.ts'
import { listed, shown, shownRule } from './values.ts'

type AccessStep =
  | 'time'
  | 'lifetime'
  | 'audience'
  | 'revocation'
  | 'client'
  | 'scopes'
  | 'claims'
  | 'rules'
  | 'mcp'
  | 'identity'

/** What the steps after the verification have seen, where they passed. */
export function describeAccess(step: AccessStep, seen: Seen): Described {
  const { decision, config, now } = seen
  const { token, route, rules } = decision
  if (step === 'mcp') return describeMcp(decision.mcp)
  // These steps pass only with a verified token, and there is none without a route.
  if (token === undefined || route === undefined) return { detail: 'passed' }
  const entry = judgedEntry(seen, token)
  switch (step) {
    case 'time':
      return describeTime(token, now)
    case 'lifetime': {
      const lifetime = formatSpan(token.expiresAt - (token.issuedAt ?? now))
      const limit = token.issuer.maxTokenLifetime
      if (limit === undefined) return { detail: `${lifetime}; the issuer has no limit` }
      return { detail: lifetime, expected: `at most ${formatSpan(limit)}`, actual: lifetime }
    }
    case 'audience': {
      const actual = listed(token.audience)
      if (entry === undefined || entry.audience === 'unchecked') return { detail: `unchecked: ${actual}` }
      return { detail: actual, expected: `one of ${listed(entry.audience)}`, actual }
    }
    case 'revocation': {
      const { jti, sub, clientIds, issuedBefore } = config.revocations
      const count = jti.size + sub.size + clientIds.size + (issuedBefore === undefined ? 0 : 1)
      return { detail: count === 0 ? 'nothing is revoked' : `none of ${count} revocations is for this token` }
    }
    case 'client': {
      const actual = token.client === undefined ? 'none' : shown(token.client)
      const lists = entry?.clientIds ?? []
      if (lists.length === 0) return { detail: `any: ${actual}` }
      return { detail: actual, expected: `one of ${lists.map(listed).join(', and of ')}`, actual }
    }
    case 'scopes': {
      const actual = listed(token.scopes)
      if (entry === undefined || entry.scopes.length === 0) return { detail: `none needed: ${actual}` }
      return { detail: actual, expected: `all of ${listed(entry.scopes)}`, actual }
    }
    case 'claims':
      return entry === undefined ? { detail: 'none needed' } : describeClaims(entry, token)
    case 'rules':
      return { detail: describeRules(route, rules) }
    case 'identity':
      return { detail: `${route.identityHeaders.length} headers for the upstream` }
  }
}

function describeTime({ expiresAt, notBefore, issuer }: VerifiedToken, now: number): Described {
  const left = expiresAt - now
  const tolerance = `${formatSpan(issuer.clockTolerance)} of tolerance`
  const start = notBefore === undefined ? '' : `; nbf ${formatInstant(notBefore)}`
  const until = formatInstant(expiresAt)
  if (left <= 0) return { detail: `expired ${formatSpan(left)} ago, within ${tolerance} (${until})${start}` }
  return { detail: `${formatSpan(left)} left, until ${until}, and ${tolerance}${start}` }
}

function describeClaims({ claims }: Requirement, token: VerifiedToken): Described {
  if (claims.length === 0) return { detail: 'none needed' }
  const names = listed(claims.map(({ claim }) => claim.text))
  const expected = claims.map(({ claim, ...rule }) => `${claim.text}: ${shownRule(rule)}`).join('; ')
  const actual = claims.map(({ claim }) => `${claim.text}: ${shown(readClaim(token.claims, claim) ?? 'absent')}`)
  return { detail: names, expected, actual: actual.join('; ') }
}

function describeMcp(mcp: McpJudgement | undefined): Described {
  if (mcp === undefined || mcp.calls.length === 0) return { detail: 'the request calls nothing' }
  const calls = mcp.calls.map((call) => (call.name !== undefined ? `${call.method} ${call.name}` : call.method))
  const detail = showUnverified(calls.join(', '))
  const scopes = [...new Set(mcp.needs.flatMap((need) => need.scopes))]
  return scopes.length === 0 ? { detail } : { detail, expected: `all of ${listed(scopes)}` }
}

function describeRules(route: Route, matching: readonly Rule[]): string {
  if (route.rules.length === 0) return 'the route has none'
  if (matching.length === 0) return `none of ${route.rules.length} matches the request`
  const names = matching.map((rule) => `rules[${route.rules.indexOf(rule)}]`)
  return `${names.join(', ')} of ${route.rules.length} ${names.length === 1 ? 'matches' : 'match'}`
}
