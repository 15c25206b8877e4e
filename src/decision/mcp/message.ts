import { looseReading, type NamedKind } from '../../config/mcp-names.ts'

/**
 * One thing that an MCP message asks for. `list`: what a client needs before it knows whether it wants anything
 * (initialize, ping, the lists). `session`: what only goes on with something begun (notifications, answers, tasks).
 * `taskId`: of the task that it goes on with, if it says so.
 */
export type McpCall =
  | { readonly method: string; readonly kind: 'list' | 'other'; readonly name?: undefined; readonly taskId?: undefined }
  | { readonly method: string; readonly kind: 'session'; readonly name?: undefined; readonly taskId?: string }
  | { readonly method: string; readonly kind: NamedKind; readonly name: string; readonly taskId?: undefined }

/** What a body asks for: at least one call, or what is wrong with it. */
export type McpCalls =
  | { readonly ok: true; readonly calls: readonly McpCall[]; readonly batch: boolean }
  | { readonly ok: false; readonly problem: string }

/** The id of a request, by which the client finds what became of it (JSON-RPC 2.0 §4). */
export type RequestId = string | number

/** In place of the method of a client's answer to a request of the server. */
const RESPONSE = 'response'

/** Things asked for in one body, of which a subscription may name many, and the characters of all their names. */
const MAX_CALLS = 1000
const MAX_NAMES_CHARACTERS = 64 * 1024

/** Members of an object that decides, and the characters of the longest name of one: each is folded. */
const MAX_MEMBERS = 256
const MAX_MEMBER_NAME_CHARACTERS = 256

/** Characters of the longest task ID, and of the longest id of a request that comes back in an answer. */
const MAX_ID_CHARACTERS = 256

/** Messages in one batch (revision 2025-03-26); the official SDK takes no more. */
const MAX_MESSAGES = 100

const LIST_METHODS: ReadonlySet<string> = new Set([
  ...['initialize', 'notifications/initialized', 'ping', 'server/discover'],
  ...['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list', 'logging/setLevel'],
])
const SESSION_METHODS: ReadonlySet<string> = new Set([
  ...['notifications/cancelled', 'notifications/progress', 'notifications/roots/list_changed'],
  ...['notifications/tasks/status', 'notifications/elicitation/complete'],
  ...['tasks/list', 'tasks/result'],
])
/** Tasks extension (SEP-2663): these name a task, and `Mcp-Name` repeats its ID. */
const TASK_METHODS: ReadonlySet<string> = new Set(['tasks/get', 'tasks/update', 'tasks/cancel'])
/** Where a method that is about one named thing has the name. */
const NAMED_METHODS: ReadonlyMap<string, { readonly kind: NamedKind; readonly member: 'name' | 'uri' }> = new Map([
  ['tools/call', { kind: 'tool', member: 'name' }],
  ['prompts/get', { kind: 'prompt', member: 'name' }],
  ['resources/read', { kind: 'resource', member: 'uri' }],
  ['resources/subscribe', { kind: 'resource', member: 'uri' }],
  ['resources/unsubscribe', { kind: 'resource', member: 'uri' }],
])
const COMPLETE = 'completion/complete'
const LISTEN = 'subscriptions/listen'

/** Every method of the MCP revisions to 2026-07-28 that a client sends, and `response`: a closed set, fit for a label. */
export const MCP_METHODS: ReadonlySet<string> = new Set([
  ...LIST_METHODS,
  ...SESSION_METHODS,
  ...TASK_METHODS,
  ...NAMED_METHODS.keys(),
  ...[COMPLETE, LISTEN, RESPONSE],
])

/** Members of `params` that say what is asked for. */
const DECIDING = ['name', 'uri', 'taskId', 'ref', 'type', 'notifications', 'resourceSubscriptions']
const METHOD = /^[A-Za-z0-9_$.][A-Za-z0-9_$./-]{0,255}$/

/**
 * What JSON-RPC messages ask of an MCP server, one by one in a batch; refused whole when one could be read in two ways:
 * members that JSON-RPC does not know, a method or a deciding member that differs from a known one only by case (lenient
 * servers fold it), a name that is not text. Whatever is folded or looked up has a bound.
 */
export function readCalls(body: unknown): McpCalls {
  const batch = Array.isArray(body)
  const messages: readonly unknown[] = batch ? body : [body]
  if (messages.length === 0) return refused('the batch is empty')
  if (messages.length > MAX_MESSAGES) return refused('the batch has too many messages')
  const calls: McpCall[] = []
  for (const message of messages) {
    const read = readMessage(message)
    if (typeof read === 'string') return refused(read)
    if (calls.length + read.length > MAX_CALLS) return refused('the body has too many calls')
    calls.push(...read)
  }
  const length = calls.reduce((sum, { name = '' }) => sum + name.length, 0)
  if (length > MAX_NAMES_CHARACTERS) return refused('the names in the body are too long in total')
  return { ok: true, calls, batch }
}

/**
 * The id of a body that is one request, undefined for everything else: notifications, answers, batches, and messages that
 * could have another id to another reader. Whole numbers as far as JavaScript keeps them exactly.
 */
export function requestIdOf(body: unknown): RequestId | undefined {
  if (!isObject(body) || body['jsonrpc'] !== '2.0' || typeof body['method'] !== 'string') return undefined
  if (!hasOnly(body, REQUEST_MEMBERS)) return undefined
  const { id } = body
  if (typeof id === 'string') return id.length <= MAX_ID_CHARACTERS ? id : undefined
  return Number.isSafeInteger(id) ? Number(id) : undefined
}

const REQUEST_MEMBERS = ['jsonrpc', 'id', 'method', 'params']

/** The calls of one message, or what is wrong with it. */
function readMessage(message: unknown): readonly McpCall[] | string {
  if (!isObject(message)) return 'a message is not a JSON object'
  if (message['jsonrpc'] !== '2.0') return 'a message is not of JSON-RPC 2.0'
  const { id, method, params } = message
  if (Object.hasOwn(message, 'id') && typeof id !== 'string' && typeof id !== 'number') {
    return 'the id of a message is neither text nor a number'
  }
  const has = (name: string) => Object.hasOwn(message, name)
  if (!has('method')) {
    if (has('result') === has('error')) return 'a message is neither a request nor a response'
    return hasOnly(message, ['jsonrpc', 'id', 'result', 'error'])
      ? [{ method: RESPONSE, kind: 'session' }]
      : 'a message has a member that JSON-RPC does not know'
  }
  if (!hasOnly(message, REQUEST_MEMBERS)) {
    return 'a message has a member that JSON-RPC does not know'
  }
  if (typeof method !== 'string' || !METHOD.test(method)) return 'the method of a message is not plain text'
  if (!MCP_METHODS.has(method) && METHODS_IN_LOWER_CASE.has(method.toLowerCase())) {
    return 'the method of a message differs from a known one only by case'
  }
  if (has('params') && !isObject(params)) return 'the params of a message are not an object'
  return readRequest(method, isObject(params) ? params : {})
}

function readRequest(method: string, params: Members): readonly McpCall[] | string {
  const odd = findOddMember(params)
  if (odd !== undefined) return odd
  const named = NAMED_METHODS.get(method)
  if (named !== undefined) return namedMember(method, named.kind, params, named.member)
  if (method === COMPLETE) return Object.hasOwn(params, 'ref') ? readCompletion(params['ref']) : unnamed(method)
  if (TASK_METHODS.has(method)) return readTask(method, params['taskId'])
  if (method === LISTEN) return readSubscriptions(params['notifications'])
  if (LIST_METHODS.has(method)) return [{ method, kind: 'list' }]
  return [{ method, kind: SESSION_METHODS.has(method) ? 'session' : 'other' }]
}

/** A completion reveals what a prompt or a resource template would take, so it needs what they need. */
function readCompletion(ref: unknown): readonly McpCall[] | string {
  if (!isObject(ref)) return 'the ref of a completion is not an object'
  const odd = findOddMember(ref)
  if (odd !== undefined) return odd
  switch (ref['type']) {
    case 'ref/prompt':
      return namedMember(COMPLETE, 'prompt', ref, 'name')
    case 'ref/resource':
      return namedMember(COMPLETE, 'resource', ref, 'uri')
  }
  return 'the ref of a completion is neither a prompt nor a resource'
}

/** Revision 2026-07-28: one long stream, which may report changes of resources. */
function readSubscriptions(notifications: unknown): readonly McpCall[] | string {
  if (notifications === undefined) return [{ method: LISTEN, kind: 'session' }]
  if (!isObject(notifications)) return 'the notifications of a subscription are not an object'
  const odd = findOddMember(notifications)
  if (odd !== undefined) return odd
  const uris = notifications['resourceSubscriptions'] ?? []
  if (!Array.isArray(uris)) return 'the resourceSubscriptions of a subscription are not a list'
  if (uris.length > MAX_CALLS) return 'a subscription names too many resources'
  const calls: McpCall[] = [{ method: LISTEN, kind: 'session' }]
  for (const uri of uris) {
    const read = namedCall(LISTEN, 'resource', uri)
    if (typeof read === 'string') return read
    calls.push(...read)
  }
  return calls
}

/** A request without the name that its method needs asks for nothing that has one: the server says what is wrong. */
function namedMember(method: string, kind: NamedKind, members: Members, member: string): readonly McpCall[] | string {
  return Object.hasOwn(members, member) ? namedCall(method, kind, members[member]) : unnamed(method)
}

function unnamed(method: string): readonly McpCall[] {
  return [{ method, kind: 'other' }]
}

function readTask(method: string, taskId: unknown): readonly McpCall[] | string {
  if (typeof taskId !== 'string') return [{ method, kind: 'session' }]
  if (taskId.length > MAX_ID_CHARACTERS) return 'the ID of a task is too long'
  return [{ method, kind: 'session', taskId }]
}

function namedCall(method: string, kind: NamedKind, name: unknown): readonly McpCall[] | string {
  if (typeof name !== 'string' || name === '') return `the name of a ${kind} is not text`
  return [{ method, kind, name }]
}

const METHODS_IN_LOWER_CASE: ReadonlySet<string> = new Set(Array.from(MCP_METHODS, (method) => method.toLowerCase()))
const DECIDING_LOOSELY: ReadonlyMap<string, string> = new Map(DECIDING.map((name) => [looseReading(name), name]))

/** Why a lenient server could take a member for one that decides (Go's and C#'s JSON readers ignore case), or it is not looked at. */
function findOddMember(members: Members): string | undefined {
  const names = Object.keys(members)
  if (names.length > MAX_MEMBERS) return 'an object that decides has too many members'
  if (names.some((name) => name.length > MAX_MEMBER_NAME_CHARACTERS)) return 'the name of a member is too long'
  const misspelt = names.some((name) => (DECIDING_LOOSELY.get(looseReading(name)) ?? name) !== name)
  return misspelt ? 'a member that decides is spelt in another case' : undefined
}

function hasOnly(members: Members, names: readonly string[]): boolean {
  return Object.keys(members).every((name) => names.includes(name))
}

type Members = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refused(problem: string): McpCalls {
  return { ok: false, problem }
}
