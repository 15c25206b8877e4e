import { combineAuthentication } from '../config/compile/compile-requirement.ts'
import type { Resource, Route } from '../config/model.ts'
import { buildChallenge, errorOf, resourceFor } from './challenge.ts'
import type { Decision } from './decide.ts'
import { type DenialRow, denialRow, type Reason } from './denial.ts'
import type { HeaderList } from './identity-headers.ts'
import type { RequestId } from './mcp/message.ts'
import type { Scheme } from './request/credentials.ts'
import type { HeaderField } from './request/header-fields.ts'

/** What the proxy is answered, and relays to the client unless it allows. */
export interface Answer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: string
}

export interface AnswerOptions {
  /** False leaves the reason out of header and body; the message stays. */
  readonly exposeReason: boolean
}

/** Seconds after which a client may ask again when keys are missing. */
const RETRY_AFTER_SECONDS = '5'

/**
 * The answer to a decision. Built from configuration and fixed texts; nothing of the token or the request is reflected but
 * the id of an MCP request (the Origin that is echoed is the equal string of the allow-list). Never an ETag, Location or Set-Cookie.
 */
export function answerTo(decision: Decision, origin: HeaderField, options: AnswerOptions): Answer {
  if (decision.outcome === 'allow' || decision.outcome === 'would_deny') {
    return { status: 200, headers: ['Cache-Control', 'no-store', 'Content-Length', '0', ...decision.headers], body: '' }
  }
  const row = denialRow(decision.reason)
  const extra = [
    ...challengeHeader(decision, row),
    ...(decision.nonce === undefined ? [] : ['DPoP-Nonce', decision.nonce]),
    ...corsHeaders(decision.route, origin),
  ]
  const call = callOf(decision)
  return denialAnswer(decision.reason, options, { extra, scheme: decision.scheme, call })
}

/**
 * `answerTo`, which remembers refusals that say the same each time: those of routes without an Origin to judge and of
 * requests that no rule matches and whose body is not looked at depend on the resource and the reason alone, so there are few of them.
 */
export function rememberAnswers(options: AnswerOptions): (decision: Decision, origin: HeaderField) => Answer {
  const known = {
    bearer: new WeakMap<Resource, Map<Reason, Answer>>(),
    dpop: new WeakMap<Resource, Map<Reason, Answer>>(),
  }
  return (decision, origin) => {
    const { route, request, outcome, reason, scheme = 'bearer' } = decision
    const passes = outcome === 'allow' || outcome === 'would_deny'
    if (passes || route === undefined || route.origins !== undefined || isOfOneRequest(decision))
      return answerTo(decision, origin, options)
    const resource = resourceFor(route, request)
    const answers = known[scheme].get(resource) ?? new Map<Reason, Answer>()
    const remembered = answers.get(reason)
    if (remembered !== undefined) return remembered
    const answer = answerTo(decision, origin, options)
    known[scheme].set(resource, answers.set(reason, answer))
    return answer
  }
}

/** Whether the answer says more than resource, scheme and reason do. What a login must be like depends on the way in. */
function isOfOneRequest({ rules, mcp, nonce, requestId, reason }: Decision): boolean {
  const ofCall = rules.length > 0 || mcp !== undefined || requestId !== undefined
  return ofCall || nonce !== undefined || reason === 'authentication_insufficient'
}

/** What an answer has beyond its row: header fields, the scheme of the credentials, the call that waits for it. */
interface Particulars {
  readonly extra?: HeaderList
  readonly scheme?: Scheme | undefined
  readonly call?: RefusedCall | undefined
}

/** The answer for a reason; outside any route there are no particulars, as there is no resource to point to. */
export function denialAnswer(reason: Reason, options: AnswerOptions, particulars: Particulars = {}): Answer {
  const { extra = [], scheme, call } = particulars
  const row = denialRow(reason)
  const error = errorOf(row, scheme)
  const data = { ...(error === undefined ? {} : { error }), ...(options.exposeReason ? { reason } : {}) }
  const body = JSON.stringify(
    call === undefined ? { ...data, message: row.message } : rpcError(call, row.message, data),
  )
  const headers = [
    ...extra,
    ...(options.exposeReason ? ['X-Forwardgate-Reason', reason] : []),
    ...(row.status === 503 ? ['Retry-After', RETRY_AFTER_SECONDS] : []),
    'Cache-Control',
    'no-store',
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
  ]
  return { status: row.status, headers, body }
}

/** One request of JSON-RPC that is refused. */
interface RefusedCall {
  readonly id: RequestId
  readonly code: number
}

/** Outside -32000 to -32768, which JSON-RPC 2.0 §5.1 keeps for itself and MCP. */
const REFUSED = -31003
/** MCP 2026-07-28: the header differs from the body. */
const HEADER_MISMATCH = -32020

function callOf({ requestId: id, mcp }: Decision): RefusedCall | undefined {
  return id === undefined ? undefined : { id, code: mcp?.disagrees === true ? HEADER_MISMATCH : REFUSED }
}

/** Clients find it by its id, and show its message (MCP, Streamable HTTP: the body of any status may be a JSON-RPC error). */
function rpcError({ id, code }: RefusedCall, message: string, data: object): object {
  return { jsonrpc: '2.0', id, error: { code, message, data } }
}

function challengeHeader(decision: Decision, row: DenialRow): HeaderList {
  const { route, request, rules, mcp, scheme, entry } = decision
  if (!row.challenge || route === undefined) return []
  const additions = [...rules, ...(mcp?.needs ?? [])]
  const authentication = combineAuthentication([entry, ...additions].map((required) => required?.authentication))
  const resource = resourceFor(route, request)
  return ['WWW-Authenticate', buildChallenge(route, resource, additions, row, scheme, authentication)]
}

const EXPOSED = 'WWW-Authenticate, X-Forwardgate-Reason, Retry-After'

/** Lets a browser client read the challenge (Fetch standard); only for origins that the route lists. */
function corsHeaders(route: Route | undefined, origin: HeaderField): HeaderList {
  const allowed = route?.origins?.find((listed) => listed === origin)
  if (route?.origins === undefined) return []
  if (allowed === undefined) return ['Vary', 'Origin']
  return [
    'Access-Control-Allow-Origin',
    allowed,
    // A page that sends cookies may read no answer without it.
    ...(route.tokenSource.kind === 'cookie' ? ['Access-Control-Allow-Credentials', 'true'] : []),
    'Access-Control-Expose-Headers',
    route.dpop.nonceSecret === undefined ? EXPOSED : `${EXPOSED}, DPoP-Nonce`,
    'Vary',
    'Origin',
  ]
}
