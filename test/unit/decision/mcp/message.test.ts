import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MCP_METHODS, type RequestId, readCalls, requestIdOf } from '../../../../src/decision/mcp/message.ts'

/** `kind method name` of each call, or the problem. */
function calls(body: unknown): readonly string[] | string {
  const read = readCalls(body)
  if (!read.ok) return read.problem
  return read.calls.map((call) => `${call.kind} ${call.method}${call.name !== undefined ? ` ${call.name}` : ''}`)
}
const request = (method: unknown, params?: unknown) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  ...(params === undefined ? {} : { params }),
})

const KINDS = {
  list: [
    ...['initialize', 'notifications/initialized', 'ping', 'server/discover'],
    ...['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list', 'logging/setLevel'],
  ],
  session: [
    ...['notifications/cancelled', 'notifications/progress', 'notifications/roots/list_changed'],
    ...['notifications/tasks/status', 'notifications/elicitation/complete'],
    ...['tasks/list', 'tasks/get', 'tasks/result', 'tasks/update', 'tasks/cancel'],
  ],
}

test('what a client needs first, and what goes on with something begun, are the methods of the revisions', () => {
  for (const [kind, methods] of Object.entries(KINDS)) {
    for (const method of methods) assert.deepEqual(calls(request(method)), [`${kind} ${method}`])
  }
  assert.ok(MCP_METHODS.has('response'))
})

test('a method that differs by case from one with capitals is refused', () => {
  assert.match(String(calls(request('LOGGING/setlevel'))), /differs from a known one only by case/)
})

test('a batch has a hundred messages at most', () => {
  assert.equal(calls(Array(100).fill(request('ping'))).length, 100)
  assert.equal(calls(Array(101).fill(request('ping'))), 'the batch has too many messages')
})

const ROWS: readonly (readonly [body: unknown, calls: readonly string[] | string])[] = [
  [request('tools/call', { name: 'a', arguments: { name: 'b' } }), ['tool tools/call a']],
  [request('prompts/get', { name: 'a' }), ['prompt prompts/get a']],
  [request('resources/read', { uri: 'x:y', name: 'a' }), ['resource resources/read x:y']],
  [request('resources/unsubscribe', { uri: 'x:y' }), ['resource resources/unsubscribe x:y']],
  [request('completion/complete', { ref: { type: 'ref/prompt', name: 'a' } }), ['prompt completion/complete a']],
  [request('completion/complete', { ref: { type: 'ref/resource', uri: 'x:y' } }), ['resource completion/complete x:y']],
  [
    request('completion/complete', { ref: { type: 'ref/tool', name: 'a' } }),
    'the ref of a completion is neither a prompt nor a resource',
  ],
  [request('completion/complete', { ref: 'greet' }), 'the ref of a completion is not an object'],
  [
    request('completion/complete', { ref: { type: 'ref/prompt', Name: 'b', name: 'a' } }),
    'a member that decides is spelt in another case',
  ],
  [request('subscriptions/listen'), ['session subscriptions/listen']],
  [request('subscriptions/listen', { notifications: { toolsListChanged: true } }), ['session subscriptions/listen']],
  [
    request('subscriptions/listen', { notifications: { resourceSubscriptions: ['x:1', 'x:2'] } }),
    ['session subscriptions/listen', 'resource subscriptions/listen x:1', 'resource subscriptions/listen x:2'],
  ],
  [request('subscriptions/listen', { notifications: [] }), 'the notifications of a subscription are not an object'],
  [
    request('subscriptions/listen', { notifications: { resourcesubscriptions: [] } }),
    'a member that decides is spelt in another case',
  ],
  [
    request('subscriptions/listen', { notifications: { resourceSubscriptions: 'x' } }),
    'the resourceSubscriptions of a subscription are not a list',
  ],
  [
    request('subscriptions/listen', { notifications: { resourceSubscriptions: [''] } }),
    'the name of a resource is not text',
  ],
  [request('initialize', { protocolVersion: '1' }), ['list initialize']],
  [request('tasks/result', { taskId: '1' }), ['session tasks/result']],
  [request('vendor/thing', { name: 'a' }), ['other vendor/thing']],
  [{ jsonrpc: '2.0', method: 'notifications/initialized' }, ['list notifications/initialized']],
  [{ jsonrpc: '2.0', id: 'a', result: {} }, ['session response']],
  [{ jsonrpc: '2.0', error: { code: 1, message: '' } }, ['session response']],
  [
    [request('ping'), request('tools/call', { name: 'a' })],
    ['list ping', 'tool tools/call a'],
  ],
  [[], 'the batch is empty'],
  [Array.from({ length: 101 }, () => request('ping')), 'the batch has too many messages'],
  [[request('ping'), 1], 'a message is not a JSON object'],
  [null, 'a message is not a JSON object'],
  [[[]], 'a message is not a JSON object'],
  [{ ...request('ping'), jsonrpc: 2 }, 'a message is not of JSON-RPC 2.0'],
  [{ ...request('ping'), id: null }, 'the id of a message is neither text nor a number'],
  [{ ...request('ping'), result: {} }, 'a message has a member that JSON-RPC does not know'],
  [{ jsonrpc: '2.0', id: 1, result: {}, params: {} }, 'a message has a member that JSON-RPC does not know'],
  [{ jsonrpc: '2.0', id: 1 }, 'a message is neither a request nor a response'],
  [{ jsonrpc: '2.0', id: 1, result: {}, error: {} }, 'a message is neither a request nor a response'],
  [request(1), 'the method of a message is not plain text'],
  [request('tools/call '), 'the method of a message is not plain text'],
  [request('tööls/call'), 'the method of a message is not plain text'],
  [request('Tools/Call', { name: 'a' }), 'the method of a message differs from a known one only by case'],
  [request('tools/call', ['a']), 'the params of a message are not an object'],
  [request('tools/call', null), 'the params of a message are not an object'],
  [request('tools/call'), ['other tools/call']],
  [request('tools/call', { arguments: {} }), ['other tools/call']],
  [request('prompts/get', { uri: 'greet' }), ['other prompts/get']],
  [request('resources/subscribe', {}), ['other resources/subscribe']],
  [request('completion/complete'), ['other completion/complete']],
  [request('completion/complete', { ref: { type: 'ref/prompt' } }), ['other completion/complete']],
  ...[1, '', null, ['a']].map((name) => [request('tools/call', { name }), 'the name of a tool is not text'] as const),
  [request('tasks/get', { taskId: 'x'.repeat(256) }), ['session tasks/get']],
  [request('tasks/get', { taskId: 'x'.repeat(257) }), 'the ID of a task is too long'],
  [request('tasks/get', { taskId: 'a', TaskID: 'b' }), 'a member that decides is spelt in another case'],
  ...['Name', 'NAME', ' name', 'n\u00e1me', 'ｎame', 'URI', 'ur\u0131', 'Ref', 'ty\u200bpe'].map(
    (name) =>
      [request('tools/call', { name: 'a', [name]: 'b' }), 'a member that decides is spelt in another case'] as const,
  ),
]

/** Bodies, and the id by which their client finds the answer. */
const IDS: readonly (readonly [body: unknown, id: RequestId | undefined])[] = [
  [request('ping'), 1],
  [{ ...request('ping'), id: 'a"\n<' }, 'a"\n<'],
  [{ ...request('ping'), id: '' }, ''],
  [{ ...request('ping'), id: 0 }, 0],
  [{ ...request('ping'), id: -(2 ** 53) + 1 }, -(2 ** 53) + 1],
  [{ ...request('ping'), id: 2 ** 53 }, undefined],
  [{ ...request('ping'), id: 1.5 }, undefined],
  [{ ...request('ping'), id: null }, undefined],
  [{ ...request('ping'), id: ['a'] }, undefined],
  [{ ...request('ping'), id: 'x'.repeat(256) }, 'x'.repeat(256)],
  [{ ...request('ping'), id: 'x'.repeat(257) }, undefined],
  [{ ...request('ping'), ID: 2 }, undefined],
  [{ ...request('ping'), jsonrpc: '1.0' }, undefined],
  [request(1), undefined],
  [request('tools/call', { name: 1 }), 1],
  [{ jsonrpc: '2.0', method: 'ping' }, undefined],
  [{ jsonrpc: '2.0', id: 1, result: {} }, undefined],
  [[request('ping')], undefined],
  [null, undefined],
]

for (const [body, id] of IDS) {
  test(`the id of ${JSON.stringify(body).slice(0, 80)}`, () => assert.deepEqual(requestIdOf(body), id))
}

const subscribe = (uris: readonly string[]) =>
  request('subscriptions/listen', { notifications: { resourceSubscriptions: uris } })
const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`x${at}`, at]))
const TOO_LONG = 'the names in the body are too long in total'

/** Each bound, at it and one past it; `ok` where the body is read. */
const BOUNDS: readonly (readonly [what: string, body: unknown, outcome: string])[] = [
  ['method', request('a'.repeat(256)), 'ok'],
  ['method', request('a'.repeat(257)), 'the method of a message is not plain text'],
  ['member name of params', request('ping', { ['m'.repeat(256)]: 1 }), 'ok'],
  ['member name of params', request('ping', { ['m'.repeat(257)]: 1 }), 'the name of a member is too long'],
  [
    'member name of a ref',
    request('completion/complete', { ref: { type: 'ref/prompt', name: 'a', ['m'.repeat(257)]: 1 } }),
    'the name of a member is too long',
  ],
  ['member name of arguments', request('tools/call', { name: 'a', arguments: { ['m'.repeat(9999)]: 1 } }), 'ok'],
  ['member name of _meta', request('tools/call', { name: 'a', _meta: { ['m'.repeat(9999)]: 1 } }), 'ok'],
  ['members of params', request('ping', members(256)), 'ok'],
  ['members of params', request('ping', members(257)), 'an object that decides has too many members'],
  ['members of arguments', request('tools/call', { name: 'a', arguments: members(9999) }), 'ok'],
  ['resources of a subscription', subscribe(new Array<string>(999).fill('x')), 'ok'],
  ['resources of a subscription', subscribe(new Array<string>(1000).fill('x')), 'the body has too many calls'],
  [
    'resources of a subscription',
    subscribe(new Array<string>(1001).fill('x')),
    'a subscription names too many resources',
  ],
  [
    'resources of a batch',
    [subscribe(new Array<string>(600).fill('x')), subscribe(new Array<string>(600).fill('x'))],
    'the body has too many calls',
  ],
  ['all names', subscribe(new Array<string>(32).fill('x'.repeat(2048))), 'ok'],
  ['all names', subscribe([...new Array<string>(32).fill('x'.repeat(2048)), 'y']), TOO_LONG],
]

for (const [what, body, outcome] of BOUNDS) {
  test(`a bound: ${what}, ${outcome}`, () =>
    assert.equal(((read) => (read.ok ? 'ok' : read.problem))(readCalls(body)), outcome))
}

test('a subscription to 300,000 resources is refused, and nothing is thrown', () => {
  assert.equal(calls(subscribe(new Array<string>(300_000).fill('x'))), 'a subscription names too many resources')
})

for (const [body, expected] of ROWS) {
  test(`${JSON.stringify(body).slice(0, 120)}`, () => assert.deepEqual(calls(body), expected))
}

test('every method that is known is read without a word about its spelling', () => {
  for (const method of MCP_METHODS) assert.doesNotMatch(String(calls(request(method, {}))), /case/, method)
})
