import type { Decision } from '../decision/decide.ts'
import { type DenialEvidence, denialRow, evidenceOf } from '../decision/denial.ts'
import { MCP_METHODS } from '../decision/mcp/message.ts'
import type { HeaderFields } from '../decision/request/header-fields.ts'
import { showUnverified, showUnverifiedEnd } from '../decision/show-unverified.ts'
import { readClaim } from '../decision/token/claims.ts'

/** The labels of one decision: a closed set, all from configuration and code. */
export interface DecisionLabels {
  readonly route: string
  readonly issuer: string
  readonly outcome: Decision['outcome']
  readonly reason: Decision['reason']
}

/** One line of the decision log. Only these fields; never a query or a part of a token. */
export interface DecisionRecord extends DecisionLabels {
  readonly method?: string
  readonly host?: string
  readonly path?: string
  /** The caller's address as the proxy reports it. Unverified: a client may have written the beginning. */
  readonly forwardedFor?: string
  /** Of every message in a batch. */
  readonly mcpMethod?: string
  readonly mcpName?: string
  readonly sub?: string
  readonly client?: string
  /** The claims that the route names, by their names there; each of a verified token. */
  readonly claims?: Readonly<Record<string, string | readonly string[]>>
  readonly durationMs: number
  /** How the proxy asked the question. */
  readonly dialect?: 'forward_auth' | 'ext_authz'
  readonly requestId?: string
  readonly traceId?: string
  /** Of the proxy's span, which the trace of this decision belongs under. */
  readonly spanId?: string
  readonly evidence?: DenialEvidence
}

/** Label for requests that belong to no route. */
export const UNMATCHED = 'unmatched'
/** Label for decisions before a signature held. */
export const NO_ISSUER = 'none'

/** Label for MCP methods that no revision has, and for bodies that cannot be read. */
const OTHER_METHOD = 'other'

/** The denial of a verified token younger than this is likely a login loop. */
const FRESH_TOKEN_SECONDS = 60

export function decisionLabels(decision: Decision): DecisionLabels {
  return {
    route: decision.route?.name ?? UNMATCHED,
    issuer: decision.issuer?.name ?? NO_ISSUER,
    outcome: decision.outcome,
    reason: decision.reason,
  }
}

/** A label for each MCP message of a request: its method, if MCP knows it. None if bodies are not looked at. */
export function mcpLabels({ mcp }: Decision): readonly string[] {
  if (mcp === undefined) return []
  // A body that could not be read was meant to be one.
  if (mcp.calls.length === 0) return mcp.denial === undefined ? [] : [OTHER_METHOD]
  return mcp.calls.map(({ method }) => (MCP_METHODS.has(method) ? method : OTHER_METHOD))
}

/** Whether a token was refused that its issuer made less than a minute before `now` (seconds). */
export function isFreshTokenDenial(decision: Decision, now: number): boolean {
  const issuedAt = decision.token?.issuedAt
  const refused = decision.outcome === 'deny' || decision.outcome === 'error'
  return refused && issuedAt !== undefined && now - issuedAt < FRESH_TOKEN_SECONDS
}

/**
 * Who asked, as far as lines of the log are concerned. `accepted`: the token held, whatever the route allows it. `refused`:
 * an issuer signed the token, and it is expired, revoked or for another audience. `unverified`: every other caller.
 */
export type Caller = 'accepted' | 'refused' | 'unverified'

/** An old or a foreign token may be in the hands of strangers, so a signature alone is not enough. */
export function callerOf(decision: Decision): Caller {
  if (decision.issuer === undefined) return 'unverified'
  return decision.outcome === 'allow' || denialRow(decision.reason).class === 'access' ? 'accepted' : 'refused'
}

/** Equal for decisions whose lines say the same but for duration, request and evidence. */
export function decisionKind(decision: Decision): readonly string[] {
  const { route, issuer, outcome, reason } = decisionLabels(decision)
  const { method = '', host = '', path = '' } = decision.request ?? {}
  const { subject = '', client = '' } = decision.token ?? {}
  const where = path.slice(0, MAX_TEXT_CHARACTERS)
  const kind = [route, issuer, outcome, reason, method, host, where, capped(subject), capped(client)]
  return decision.mcp === undefined ? kind : [...kind, ...Object.values(mcpOf(decision))]
}

export function decisionRecord(
  decision: Decision,
  fields: HeaderFields,
  durationMs: number,
  forwardedFor?: string,
): DecisionRecord {
  const { request, token } = decision
  return {
    ...decisionLabels(decision),
    ...(request === undefined
      ? {}
      : { method: request.method, host: request.host, path: showUnverified(request.path) }),
    ...(forwardedFor === undefined ? {} : { forwardedFor: showUnverifiedEnd(forwardedFor) }),
    ...mcpOf(decision),
    ...(token?.subject === undefined ? {} : { sub: capped(token.subject) }),
    ...(token?.client === undefined ? {} : { client: capped(token.client) }),
    ...claimsOf(decision),
    durationMs: Math.round(durationMs * 1000) / 1000,
    ...(typeof fields.requestId === 'string' ? { requestId: showUnverified(fields.requestId) } : {}),
    ...traceOf(fields),
    ...shownEvidence(decision),
  }
}

/** Method and name of what is asked for, never an argument. */
function mcpOf({ mcp }: Decision): Pick<DecisionRecord, 'mcpMethod' | 'mcpName'> {
  if (mcp === undefined || mcp.calls.length === 0) return {}
  const names = mcp.calls.flatMap(({ name }) => name ?? [])
  return {
    mcpMethod: showUnverified(mcp.calls.map(({ method }) => method).join(',')),
    ...(names.length === 0 ? {} : { mcpName: showUnverified(names.join(',')) }),
  }
}

function shownEvidence(decision: Decision): Pick<DecisionRecord, 'evidence'> {
  if (decision.outcome === 'allow') {
    const { unchecked = [] } = decision.token ?? {}
    return unchecked.length === 0 ? {} : { evidence: { unchecked } }
  }
  const members = Object.entries(evidenceOf(decision.denial))
  if (members.length === 0) return {}
  return { evidence: Object.fromEntries(members.map(([name, value]) => [name, cappedValue(value)])) }
}

/** Text or list of text, so that log stores can index it: what is neither is shown as JSON. */
function claimsOf({ route, token, refusedClaims }: Decision): Pick<DecisionRecord, 'claims'> {
  const claims = token?.claims ?? refusedClaims
  if (claims === undefined || route === undefined) return {}
  const shown = route.logClaims.flatMap((claim) => {
    const value = readClaim(claims, claim)
    return value === undefined
      ? []
      : [[claim.text, cappedValue(Array.isArray(value) ? value.map(asText) : asText(value))]]
  })
  return shown.length === 0 ? {} : { claims: Object.fromEntries(shown) }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?<traceId>(?!0{32})[0-9a-f]{32})-(?<spanId>(?!0{16})[0-9a-f]{16})-[0-9a-f]{2}/

/** W3C Trace Context §3.2.2: the ids of a well-formed `traceparent`. */
function traceOf(fields: HeaderFields): Pick<DecisionRecord, 'traceId' | 'spanId'> {
  if (typeof fields.traceparent !== 'string') return {}
  const { traceId, spanId } = TRACEPARENT.exec(fields.traceparent)?.groups ?? {}
  return traceId === undefined || spanId === undefined ? {} : { traceId, spanId }
}

const MAX_TEXT_CHARACTERS = 200
const MAX_ITEMS = 20

function capped(text: string): string {
  return text.length > MAX_TEXT_CHARACTERS ? `${text.slice(0, MAX_TEXT_CHARACTERS)}…` : text
}

/** A claim may be as large as its token; a log line may not. */
function cappedValue<T extends string | number>(value: T | readonly string[]): T | string | readonly string[] {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? capped(value) : cappedList(value)
}

/** The first texts of a list, each cut if it is long, and how many more there are. */
export function cappedList(texts: readonly string[]): readonly string[] {
  const items = texts.slice(0, MAX_ITEMS).map(capped)
  return texts.length > MAX_ITEMS ? [...items, `… ${texts.length - MAX_ITEMS} more`] : items
}
