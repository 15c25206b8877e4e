import type { Route } from '../../config/model.ts'
import type { Issuer } from '../../config/model-issuer.ts'
import type { Requirement, Rule } from '../../config/model-requirement.ts'
import { formatSpan } from '../../config/time.ts'
import type { McpJudgement } from '../../decision/mcp/mcp.ts'
import { isPreflight } from '../../decision/request/forwarded-request.ts'
import { showUnverified } from '../../decision/show-unverified.ts'
import { candidatesFor, type VerifiedToken } from '../../decision/token/access-token.ts'
import { issuersOf } from '../../decision/token/assessed-token.ts'
import { own, readClaim } from '../../decision/token/claims.ts'
import { findUnknownWords } from '../../decision/token/token-kind.ts'
import type { Step } from '../../decision/trace.ts'
import { formatInstant } from '../frame/time-text.ts'
import { type Described, type Seen, tokenTextOf, unverifiedTokenOf } from './seen.ts'
import { listed, shown, shownRule } from './values.ts'

/** What each step has seen when it passed. */
export const PASSED: Readonly<Record<Step, (seen: Seen) => Described>> = {
  route: ({ call, decision }) => ({
    detail: `${decision.route?.name}, ${call.routeName === undefined ? 'by host and path' : 'named by the address'}`,
  }),
  'forwarded request': ({ decision: { request } }) => ({
    detail: request === undefined ? 'well-formed' : `${request.method} ${request.host}${request.path}`,
  }),
  match: ({ decision }) => ({ detail: describeLocks(decision.route) }),
  'header names': () => ({ detail: 'none could be taken for an identity header' }),
  origin: ({ call, decision }) => {
    if (decision.route?.origins === undefined) return { detail: 'any: the route lists none' }
    const { origin } = call.fields
    return { detail: origin === undefined ? 'the request has none' : `${String(origin)} is listed` }
  },
  preflight: ({ call, decision: { route, request } }) => {
    if (request === undefined || !isPreflight(request, call.fields)) return { detail: 'the request is not one' }
    return { detail: route?.preflight === 'pass' ? 'the route lets them pass' : 'judged as any request' }
  },
  credentials: ({ call, decision }) => {
    const token = tokenTextOf(call, decision.route)
    if (token === undefined) return { detail: 'none, and the route is anonymous' }
    return { detail: `a ${decision.scheme === 'dpop' ? 'DPoP' : 'bearer'} token of ${shown(token.length)} characters` }
  },
  token: (seen) => ({ detail: describeForm(seen) }),
  issuer: (seen) => ({ detail: describeIssuers(seen) }),
  algorithm: (seen) => ({
    detail: `${shown(unverified(seen)?.algorithm)}, one of ${listed(issuerOf(seen)?.algorithms ?? [])}`,
  }),
  key: (seen) => ({ detail: describeKey(seen) }),
  signature: (seen) => ({ detail: `holds with a key of issuers.${issuerOf(seen)?.name}` }),
  'token type': describeType,
  'token claims': ({ decision: { token } }) => {
    const detail = 'exp is present, and the claims that are read have the right types'
    const unchecked = token?.unchecked ?? []
    return { detail: unchecked.length === 0 ? detail : `${detail}; not checked here: ${listed(unchecked)}` }
  },
  time: verified(({ expiresAt, notBefore, issuer }, { now }) => {
    const left = expiresAt - now
    const tolerance = `${formatSpan(issuer.clockTolerance)} of tolerance`
    const start = notBefore === undefined ? '' : `; nbf ${formatInstant(notBefore)}`
    const until = formatInstant(expiresAt)
    if (left <= 0) return { detail: `expired ${formatSpan(left)} ago, within ${tolerance} (${until})${start}` }
    return { detail: `${formatSpan(left)} left, until ${until}, and ${tolerance}${start}` }
  }),
  lifetime: verified(({ expiresAt, issuedAt, issuer: { maxTokenLifetime } }, { now }) => {
    const lifetime = formatSpan(expiresAt - (issuedAt ?? now))
    if (maxTokenLifetime === undefined) return { detail: `${lifetime}; the issuer has no limit` }
    return { detail: lifetime, expected: `at most ${formatSpan(maxTokenLifetime)}`, actual: lifetime }
  }),
  audience: verified((token, { decision: { entry } }) => {
    const actual = listed(token.audience)
    if (entry === undefined || entry.audience === 'unchecked') return { detail: `unchecked: ${actual}` }
    return { detail: actual, expected: `one of ${listed(entry.audience)}`, actual }
  }),
  revocation: ({ config }) => {
    const { jti, sub, clientIds, issuedBefore } = config.revocations
    const count = jti.size + sub.size + clientIds.size + (issuedBefore === undefined ? 0 : 1)
    return { detail: count === 0 ? 'nothing is revoked' : `none of ${count} revocations is for this token` }
  },
  proof: verified(({ keyThumbprint }) => {
    if (keyThumbprint === undefined) return { detail: 'not needed: the token is not bound to a key' }
    return { detail: `holds, by the key ${keyThumbprint} that the token is bound to` }
  }),
  client: verified(({ client }, { decision: { entry } }) => {
    const actual = client === undefined ? 'none' : shown(client)
    const lists = entry?.clientIds ?? []
    if (lists.length === 0) return { detail: `any client may; the token names ${actual}` }
    return { detail: actual, expected: `one of ${lists.map(listed).join(', and of ')}`, actual }
  }),
  authentication: verified(describeAuthentication),
  scopes: verified((token, { decision: { entry } }) => {
    const actual = listed(token.scopes)
    if (entry === undefined || entry.scopes.length === 0) return { detail: `none needed; the token has ${actual}` }
    return { detail: actual, expected: `all of ${listed(entry.scopes)}`, actual }
  }),
  claims: verified((token, { decision }) => describeClaims(decision.entry?.claims ?? [], token)),
  rules: ({ decision: { route, rules } }) => ({ detail: describeRules(route?.rules ?? [], rules) }),
  mcp: ({ decision: { mcp } }) => {
    const scopes = [...new Set(mcp?.needs.flatMap((need) => need.scopes))]
    const detail = describeCalls(mcp)
    return scopes.length === 0 ? { detail } : { detail, expected: `all of ${listed(scopes)}` }
  },
  identity: ({ decision: { route } }) => ({ detail: `${route?.identityHeaders.length} headers for the upstream` }),
  end: () => ({ detail: 'the decision is complete' }),
}

/** What a request asks an MCP server for. */
export function describeCalls(mcp: McpJudgement | undefined): string {
  if (mcp === undefined || mcp.calls.length === 0) return 'the request calls nothing'
  return showUnverified(
    mcp.calls.map(({ method, name }) => (name === undefined ? method : `${method} ${name}`)).join(', '),
  )
}

/** For steps that pass only with a verified token. */
function verified(describe: (token: VerifiedToken, seen: Seen) => Described): (seen: Seen) => Described {
  return (seen) => (seen.decision.token === undefined ? { detail: 'passed' } : describe(seen.decision.token, seen))
}

function describeLocks(route: Route | undefined): string {
  if (route?.lockedHosts === undefined && route?.lockedPaths === undefined) {
    return 'the route is not locked to hosts or paths'
  }
  return `inside ${listed([...(route.lockedHosts ?? []), ...(route.lockedPaths ?? []).map((path) => path || '/')])}`
}

function unverified({ call, decision }: Seen) {
  return unverifiedTokenOf(call, decision.route)
}

/** The issuers of the route that the token of a call names. */
function candidatesOf(seen: Seen): readonly Issuer[] {
  const token = unverified(seen)
  return token === undefined ? [] : candidatesFor(token, issuersOf(seen.decision.route?.accept ?? []))
}

function issuerOf(seen: Seen): Issuer | undefined {
  return seen.decision.issuer ?? candidatesOf(seen)[0]
}

function describeForm(seen: Seen): string {
  if (seen.decision.itinerary.token === 'opaque') {
    const listed = seen.decision.issuer?.keys.kind === 'tokensFile'
    return `not a JWT; ${listed ? 'its hash is in the tokens file' : 'its issuer was asked'}`
  }
  const token = unverified(seen)
  const kid = token?.keyId === undefined ? 'no kid' : `kid ${shown(token.keyId)}`
  return `a signed JWT: alg ${shown(token?.algorithm)}, ${kid}, typ ${shown(token?.type ?? 'none')}`
}

function describeIssuers(seen: Seen): string {
  if (seen.decision.itinerary.token === 'opaque') return `issuers.${seen.decision.issuer?.name}`
  const names = candidatesOf(seen).map(({ name }) => `issuers.${name}`)
  const token = unverified(seen)
  if (token?.hasIssuer === false) return `no iss, as in a JWT-SVID: ${names.join(' and ')}`
  return `${shown(token?.issuer)} is ${names.join(' and ')}`
}

function describeKey(seen: Seen): string {
  const key = seen.decision.token?.validity
  const name = issuerOf(seen)?.name ?? ''
  const keys = seen.readings.get(name)?.keys
  const many = keys === undefined ? '' : ` (${keys} in its set)`
  if (key === undefined || !('kid' in key)) return `issuers.${name} has one that fits${many}`
  return `${key.kid === undefined ? 'a key without kid' : `kid ${shown(key.kid)}`} of issuers.${name}${many}`
}

/** Of a payload with many odd words, the first are enough. */
const MAX_WORDS_SHOWN = 5

function describeType(seen: Seen): Described {
  const claims = seen.decision.token?.claims ?? unverified(seen)?.payload ?? {}
  const words = findUnknownWords(claims).slice(0, MAX_WORDS_SHOWN)
  // Words about its kind that the gate does not know and passes over; the reader may know better.
  const unknown = words.length === 0 ? '' : `; in the payload, not known here: ${words.join(', ')}`
  if (seen.decision.itinerary.token === 'opaque') {
    return { detail: `its issuer does not call it another kind of token${unknown}` }
  }
  const actual = unverified(seen)?.type ?? 'none'
  return {
    detail: `${shown(actual)}${unknown}`,
    expected: issuerOf(seen)?.requireTyp ?? 'JWT or at+jwt or none',
    actual,
  }
}

function describeAuthentication({ claims }: VerifiedToken, { decision: { entry }, now }: Seen): Described {
  const { acr, maxAgeSeconds } = entry?.authentication ?? {}
  const expected: string[] = []
  const actual: string[] = []
  if (acr !== undefined) {
    expected.push(`acr one of ${listed(acr)}`)
    actual.push(`acr ${shown(own(claims, 'acr'))}`)
  }
  if (maxAgeSeconds !== undefined) {
    expected.push(`a login at most ${formatSpan(maxAgeSeconds)} ago`)
    actual.push(`${formatSpan(now - Number(own(claims, 'auth_time')))} ago`)
  }
  if (expected.length === 0) return { detail: 'any login will do' }
  return { detail: actual.join(', '), expected: expected.join(', '), actual: actual.join(', ') }
}

function describeClaims(rules: Requirement['claims'], token: VerifiedToken): Described {
  if (rules.length === 0) return { detail: 'none needed' }
  const names = listed(rules.map(({ claim }) => claim.text))
  const expected = rules.map(({ claim, ...rule }) => `${claim.text}: ${shownRule(rule)}`).join('; ')
  const actual = rules.map(({ claim }) => `${claim.text}: ${shown(readClaim(token.claims, claim) ?? 'absent')}`)
  return { detail: names, expected, actual: actual.join('; ') }
}

function describeRules(rules: readonly Rule[], matching: readonly Rule[]): string {
  if (rules.length === 0) return 'the route has none'
  if (matching.length === 0) return `none of ${rules.length} matches the request`
  const names = matching.map((rule) => `rules[${rules.indexOf(rule)}]`)
  return `${names.join(', ')} of ${rules.length} ${names.length === 1 ? 'matches' : 'match'}`
}
