import { MAX_NAME_CHARACTERS_OF, matchName, type NamedKind, requirementsOf } from '../../config/mcp-names.ts'
import type { Mcp, McpPattern, Requirement } from '../../config/model-requirement.ts'
import type { Denial, DenialEvidence } from '../denial.ts'
import { type HeaderFields, opensWebSocket } from '../request/header-fields.ts'
import { showUnverified } from '../show-unverified.ts'
import { findDisagreement, findOddContent, type McpFields, readMcpFields } from './headers.ts'
import { parseStrictJson } from './json-text.ts'
import { type McpCall, type RequestId, readCalls, requestIdOf } from './message.ts'

/** What came of a body: its bytes, or why they are not there. */
export type BodyReading =
  | { readonly ok: true; readonly bytes: Uint8Array }
  /** `tooLarge`: bytes past the limit came. */
  | { readonly ok: false; readonly tooLarge: boolean; readonly problem: string }

/** A body of which the first byte past the limit was seen. */
export function tooLarge(limit: number): BodyReading {
  return { ok: false, tooLarge: true, problem: `the body is larger than ${limit} bytes` }
}

/** The client's body as the proxy passed it on; read once at most, and only for routes that look at bodies. */
export interface RequestContent {
  /** Keeps nothing of a body past `limit`. */
  readonly readBody: (limit: number) => Promise<BodyReading>
}

/** What of a header the judgement of a call reads. */
export type McpRequestFields = Pick<HeaderFields, 'rawHeaders' | 'oddNames'>

/** What a request asks of an MCP server, and what that needs. */
export interface McpJudgement {
  /** None if the body could not be read, and for requests that have none. */
  readonly calls: readonly McpCall[]
  /** What they need beside the route's own requirements, in the order of the configuration. */
  readonly needs: readonly Requirement[]
  /** Whether nothing is asked for that needs a token, on a route that needs none. */
  readonly open: boolean
  /** Set if no token helps. */
  readonly denial: Denial | undefined
  /** Of a body that is one request. */
  readonly id?: RequestId | undefined
  /** Whether the header names something else than the body does. */
  readonly disagrees?: true
}

/**
 * Judges the body, never what a header says of it: every reader must see the same, or it is refused. Of a
 * batch every member is judged, and all of it is refused when one is. The GET of a session (a stream) and its DELETE have
 * no body and call nothing, unless they open a WebSocket.
 */
export async function judgeMcp(
  mcp: Mcp,
  method: string,
  fields: McpRequestFields,
  content: RequestContent | undefined,
): Promise<McpJudgement> {
  if (opensWebSocket(fields.rawHeaders))
    return invalid('the request opens a WebSocket, whose calls nothing would judge')
  switch (method) {
    case 'POST':
      return judgePost(mcp, fields, content)
    case 'GET':
    case 'HEAD':
    case 'DELETE':
      return judgeEmpty(method, content)
  }
  return notAllowed([], { problem: 'MCP knows only POST, GET and DELETE' })
}

async function judgeEmpty(method: string, content: RequestContent | undefined): Promise<McpJudgement> {
  const body = await content?.readBody(0)
  return body === undefined || body.ok
    ? { calls: [], needs: [], open: true, denial: undefined }
    : invalid(`a ${method} has a body`)
}

async function judgePost(
  mcp: Mcp,
  fields: McpRequestFields,
  content: RequestContent | undefined,
): Promise<McpJudgement> {
  const body = await readJson(mcp, fields, content)
  if (!body.ok) return { ...NOTHING_ASKED, denial: body.denial }
  const id = requestIdOf(body.value)
  const read = readCalls(body.value)
  if (!read.ok) return { ...invalid(read.problem), id }
  const disagreement = findDisagreement(body.fields, read.batch ? undefined : read.calls[0])
  if (disagreement !== undefined) return { ...invalid(disagreement), calls: read.calls, id, disagrees: true }
  return { ...judgeCalls(mcp, read.calls), id }
}

/**
 * The id of the request that a refused client waits for an answer to; undefined if the body is not one request that
 * every reader understands in the same way.
 */
export async function readRequestId(
  mcp: Mcp,
  method: string,
  fields: McpRequestFields,
  content: RequestContent | undefined,
): Promise<RequestId | undefined> {
  if (method !== 'POST') return undefined
  const body = await readJson(mcp, fields, content)
  return body.ok ? requestIdOf(body.value) : undefined
}

type JsonReading =
  | { readonly ok: true; readonly value: unknown; readonly fields: McpFields }
  | { readonly ok: false; readonly denial: Denial }

async function readJson(
  { maxBodySize: limit }: Mcp,
  { rawHeaders, oddNames }: McpRequestFields,
  content: RequestContent | undefined,
): Promise<JsonReading> {
  const body = await content?.readBody(limit)
  if (body?.ok === false) {
    const { tooLarge, problem } = body
    return { ok: false, denial: tooLarge ? { ...TOO_LARGE, problem, limit } : unreadable(problem) }
  }
  if (body === undefined || body.bytes.length === 0) return { ok: false, denial: unreadable(NO_BODY) }
  const fields = readMcpFields(rawHeaders)
  const odd = findOddContent(fields, oddNames)
  if (odd !== undefined) return { ok: false, denial: unreadable(odd) }
  const json = parseStrictJson(body.bytes)
  return json.ok ? { ok: true, value: json.value, fields } : { ok: false, denial: unreadable(json.problem) }
}

const TOO_LARGE = { reason: 'mcp_body_too_large', step: 'mcp' } as const

const NO_BODY = 'no body came; the proxy must forward it (Traefik: forwardBody, Envoy: with_request_body)'

function judgeCalls(mcp: Mcp, calls: readonly McpCall[]): McpJudgement {
  const needed = new Set<Requirement>()
  for (const call of calls) {
    const matching = patternsOf(mcp, call)
    if (typeof matching === 'string') return notAllowed(calls, { ...shown(call), problem: matching })
    for (const pattern of matching) needed.add(pattern)
    if (matching.length > 0 || call.kind === 'list' || call.kind === 'session') continue
    if (mcp.otherwise === undefined) return notAllowed(calls, { ...shown(call), problem: 'nothing in mcp allows it' })
    needed.add(mcp.otherwise)
  }
  return {
    calls,
    needs: requirementsOf(mcp).filter((requirement) => needed.has(requirement)),
    open: calls.every(({ kind }) => kind === 'list'),
    denial: undefined,
  }
}

/** The patterns that a call matches, or why its name is refused whatever they are. */
function patternsOf(mcp: Mcp, call: McpCall): readonly McpPattern[] | string {
  if (call.name === undefined) return []
  const { kind, name } = call
  const matching = matchName(PATTERNS[kind](mcp), kind, name)
  if (matching !== undefined) return matching
  return name.length > MAX_NAME_CHARACTERS_OF[kind]
    ? `the name has more than ${MAX_NAME_CHARACTERS_OF[kind]} characters`
    : 'a server could take the name for another one'
}

const PATTERNS: Readonly<Record<NamedKind, (mcp: Mcp) => readonly McpPattern[]>> = {
  tool: ({ tools }) => tools,
  resource: ({ resources }) => resources,
  prompt: ({ prompts }) => prompts,
}

function shown(call: McpCall): { unverifiedMethod: string; unverifiedName?: string } {
  const unverifiedMethod = showUnverified(call.method)
  return call.name !== undefined
    ? { unverifiedMethod, unverifiedName: showUnverified(call.name) }
    : { unverifiedMethod }
}

const NOTHING_ASKED = { calls: [], needs: [], open: false } as const

function invalid(problem: string): McpJudgement {
  return { ...NOTHING_ASKED, denial: unreadable(problem) }
}

function unreadable(problem: string): Denial {
  return { reason: 'mcp_request_invalid', step: 'mcp', problem }
}

function notAllowed(calls: readonly McpCall[], evidence: DenialEvidence): McpJudgement {
  return { ...NOTHING_ASKED, calls, denial: { reason: 'mcp_not_allowed', step: 'mcp', ...evidence } }
}
