import type { Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const METADATA = 'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/'
const INSUFFICIENT = 'error="insufficient_scope", error_description="The access token lacks a required scope"'
const JSON_TYPE = ['Content-Type', 'application/json'] as const
const STEP_UP = 'MCP 2025-11-25 and 2026-07-28, Runtime Insufficient Scope Errors; RFC 6750 §3.1'

/** The message of a call, as clients write it. */
export const message = (method: string, params: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
export const tool = (name: string): string => message('tools/call', { name, arguments: {} })

const needs = (scope: string, route = 'tools'): Vector['expect'] => ({
  status: 403,
  reason: 'scope_insufficient',
  headers: { 'WWW-Authenticate': `${METADATA}${route}", scope="${scope}", ${INSUFFICIENT}` },
})
const refused: Vector['expect'] = { status: 403, reason: 'mcp_not_allowed', absent: ['WWW-Authenticate'] }

interface Asked {
  readonly spec?: string
  readonly route?: string
  readonly method?: string
  readonly scope?: string
  readonly claims?: Readonly<Record<string, unknown>>
  readonly headers?: readonly (readonly [string, string])[]
  readonly anonymous?: boolean
  readonly twin?: string
}

/** A good token of these scopes asks with this body. */
const asks = (id: string, body: string | undefined, expect: Vector['expect'], asked: Asked = {}): Vector => ({
  id: `mcp-${id}`,
  spec: asked.spec ?? 'CONTRACT: MCP reading',
  title: id,
  route: asked.route ?? 'tools',
  request: {
    method: asked.method ?? 'POST',
    headers: asked.headers ?? [JSON_TYPE],
    ...(body === undefined ? {} : { body }),
  },
  ...(asked.anonymous === true ? {} : { token: { claims: { scope: asked.scope ?? 'mcp:read', ...asked.claims } } }),
  expect,
  ...(asked.twin === undefined ? {} : { twin: asked.twin }),
})

const WEBSOCKET: Vector['expect'] = { status: 400, reason: 'mcp_request_invalid', absent: ['WWW-Authenticate'] }
/** The field that says so is the only difference to the twin. */
const opensWebSocket = (name: string, asked: Asked & { readonly body?: string }): Vector =>
  asks(`websocket-${asked.route ?? 'tools'}-${asked.method}-${name}`, asked.body, WEBSOCKET, {
    spec: 'RFC 6455 §4.1: what is called over a WebSocket is not in the body',
    ...asked,
    headers: [...(asked.body === undefined ? [] : [JSON_TYPE]), [name, 'dGhlIHNhbXBsZSBub25jZQ==']],
  })

const batch = (...messages: readonly string[]): string => `[${messages.join(',')}]`
const EVERY = 'mcp:read mcp:secrets mcp:admin mcp:write'

/** What single calls need. */
export const MCP: readonly Vector[] = [
  asks('allow', tool('status'), ALLOWED),
  asks('pattern', tool('read_pods'), ALLOWED),
  asks('step-up', tool('delete_pod'), needs('mcp:read mcp:admin mcp:write'), { spec: STEP_UP, twin: 'mcp-allow' }),
  asks('stepped-up', tool('delete_pod'), ALLOWED, { scope: 'mcp:read mcp:admin mcp:write' }),
  asks('one-of-two', tool('delete_pod'), needs('mcp:read mcp:admin mcp:write'), {
    spec: `${STEP_UP}: all scopes in one challenge`,
    scope: 'mcp:read mcp:admin',
    twin: 'mcp-stepped-up',
  }),
  asks('own-scope-too', tool('delete_pod'), needs('mcp:read mcp:admin mcp:write'), {
    spec: `${STEP_UP}: all scopes in one challenge`,
    scope: 'none',
    twin: 'mcp-stepped-up',
  }),
  asks('every-pattern-adds', tool('read_secrets'), needs('mcp:read mcp:secrets'), { twin: 'mcp-pattern' }),
  asks('implied', tool('read_secrets'), ALLOWED, { scope: 'mcp:read mcp:all' }),
  asks('claim', tool('transfer'), ALLOWED, { scope: 'mcp:read mcp:pay', claims: { groups: ['treasury'] } }),
  asks(
    'claim-missing',
    tool('transfer'),
    { status: 403, reason: 'claim_not_allowed' },
    { scope: 'mcp:read mcp:pay', claims: { groups: ['interns'] }, twin: 'mcp-claim' },
  ),
  asks('unknown-tool', tool('drop_table'), refused, { twin: 'mcp-allow' }),
  asks('another-case', tool('Status'), refused, { twin: 'mcp-allow' }),
  asks('blank', tool('status '), refused, { twin: 'mcp-allow' }),
  asks('look-alike', tool('ｓtatus'), refused, { twin: 'mcp-allow' }),
  asks('unknown-method', message('status'), refused, { twin: 'mcp-allow' }),
  asks('resource', message('resources/read', { uri: 'note://public/a' }), ALLOWED),
  asks('resource-elsewhere', message('resources/read', { uri: 'note://secret/a' }), refused, { twin: 'mcp-resource' }),
  asks('resource-dots', message('resources/read', { uri: 'note://public/../secret/a' }), refused, {
    twin: 'mcp-resource',
  }),
  asks('resource-encoded-dots', message('resources/read', { uri: 'note://public/%2e%2e/secret/a' }), refused, {
    twin: 'mcp-resource',
  }),
  asks(
    'resource-another-host-spelling',
    message('resources/read', { uri: 'https://FILES.example.com/public/a' }),
    refused,
    { scope: 'mcp:read mcp:files', twin: 'mcp-resource-scope' },
  ),
  asks('resource-scope', message('resources/read', { uri: 'https://files.example.com/public/a' }), ALLOWED, {
    scope: 'mcp:read mcp:files',
  }),
  asks(
    'resource-scope-missing',
    message('resources/subscribe', { uri: 'https://files.example.com/public/a' }),
    needs('mcp:read mcp:files'),
    { twin: 'mcp-resource' },
  ),
  asks('prompt', message('prompts/get', { name: 'greet' }), ALLOWED),
  asks('prompt-scope', message('prompts/get', { name: 'admin' }), needs('mcp:read mcp:admin'), { twin: 'mcp-prompt' }),
  asks(
    'completion',
    message('completion/complete', { ref: { type: 'ref/prompt', name: 'admin' } }),
    needs('mcp:read mcp:admin'),
    { twin: 'mcp-prompt' },
  ),
  asks(
    'subscriptions',
    message('subscriptions/listen', { notifications: { resourceSubscriptions: ['note://secret/a'] } }),
    refused,
    { spec: 'MCP 2026-07-28, Subscriptions', twin: 'mcp-resource' },
  ),
  asks('initialize', message('initialize'), ALLOWED),
  asks('list', message('tools/list'), ALLOWED),
  asks('notification', JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled' }), ALLOWED),
  asks('response', JSON.stringify({ jsonrpc: '2.0', id: 'a', result: { action: 'accept' } }), ALLOWED),
  asks(
    'tool-notification',
    JSON.stringify({ jsonrpc: '2.0', method: 'tools/call', params: { name: 'delete_pod' } }),
    needs('mcp:read mcp:admin mcp:write'),
    { spec: 'bypass case 64: a call without an id is a call to lenient servers', twin: 'mcp-notification' },
  ),
  asks('batch', batch(message('tools/list'), tool('status')), ALLOWED, { spec: 'MCP 2025-03-26, batching' }),
  asks('batch-hides', batch(message('tools/list'), tool('delete_pod')), needs('mcp:read mcp:admin mcp:write'), {
    spec: 'bypass case 64',
    twin: 'mcp-batch',
  }),
  asks(
    'batch-order',
    batch(tool('delete_pod'), tool('read_secrets')),
    needs('mcp:read mcp:secrets mcp:admin mcp:write'),
    { spec: 'CONTRACT: scopes in config order, whatever the order of the messages', twin: 'mcp-batch' },
  ),
  asks('batch-all', batch(tool('delete_pod'), tool('read_secrets')), ALLOWED, { scope: EVERY }),
  asks('batch-unknown', batch(tool('delete_pod'), tool('drop_table')), refused, {
    scope: EVERY,
    twin: 'mcp-batch-all',
  }),

  asks('get', undefined, ALLOWED, { method: 'GET', headers: [] }),
  asks('delete', undefined, ALLOWED, { method: 'DELETE', headers: [] }),
  asks('delete-scope', undefined, needs('mcp:read'), {
    method: 'DELETE',
    headers: [],
    scope: 'none',
    twin: 'mcp-delete',
  }),
  ...[
    'Sec-WebSocket-Key',
    'Sec-WebSocket-Version',
    'sec-websocket-protocol',
    'SEC-WEBSOCKET-EXTENSIONS',
    'Sec-WebSocket-Key1',
    'Sec-WebSocket-Draft',
    'Sec_WebSocket_Key',
    'Sec.WebSocket.Key',
  ].map((name) => opensWebSocket(name, { method: 'GET', twin: 'mcp-get' })),
  opensWebSocket('Sec-WebSocket-Key', { method: 'DELETE', twin: 'mcp-delete' }),
  opensWebSocket('Sec-WebSocket-Key', { method: 'POST', body: tool('status'), twin: 'mcp-allow' }),
  opensWebSocket('Sec-WebSocket-Key', { route: 'lazy', method: 'GET', anonymous: true, twin: 'mcp-lazy-stream' }),
  asks(
    'websocket-without-token',
    undefined,
    { status: 401, reason: 'credentials_missing' },
    { method: 'GET', headers: [['Sec-WebSocket-Key', 'x']], anonymous: true },
  ),
  asks('websocket-elsewhere', undefined, ALLOWED, {
    spec: 'RFC 6455: a route without mcp is judged by its handshake',
    route: 'kubernetes',
    method: 'GET',
    headers: [
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
      ['Sec-WebSocket-Version', '13'],
    ],
  }),
  asks('websocket-like', undefined, ALLOWED, { method: 'GET', headers: [['X-Sec-WebSocket-Key', 'x']] }),
  asks('http2-settings', tool('status'), ALLOWED, {
    spec: 'RFC 7540 §3.2.1: clients of Java offer it with their first request',
    headers: [JSON_TYPE, ['HTTP2-Settings', 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA']],
  }),
  asks('http2-settings-elsewhere', undefined, ALLOWED, {
    spec: 'RFC 7540 §3.2.1: clients of Java offer it with their first request',
    route: 'kubernetes',
    method: 'GET',
    headers: [['HTTP2-Settings', 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA']],
  }),
  asks('put', undefined, refused, { method: 'PUT', headers: [], twin: 'mcp-get' }),
  asks('options', undefined, refused, { method: 'OPTIONS', headers: [], twin: 'mcp-get' }),

  asks(
    'lazy-initialize',
    message('initialize'),
    { status: 200, reason: 'anonymous' },
    { route: 'lazy', anonymous: true },
  ),
  asks(
    'lazy-list',
    message('tools/list'),
    { status: 200, reason: 'anonymous', headers: { 'X-Auth-Subject': '' } },
    { route: 'lazy', anonymous: true },
  ),
  asks(
    'lazy-stream',
    undefined,
    { status: 200, reason: 'anonymous' },
    { route: 'lazy', anonymous: true, method: 'GET', headers: [] },
  ),
  asks(
    'lazy-call',
    tool('delete_pod'),
    {
      status: 401,
      reason: 'credentials_missing',
      headers: { 'WWW-Authenticate': `${METADATA}lazy", scope="mcp:admin mcp:use"` },
    },
    { route: 'lazy', anonymous: true, twin: 'mcp-lazy-list' },
  ),
  asks(
    'lazy-batch',
    batch(message('tools/list'), tool('other')),
    { status: 401, reason: 'credentials_missing' },
    { route: 'lazy', anonymous: true, twin: 'mcp-lazy-list' },
  ),
  asks(
    'lazy-response',
    JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} }),
    { status: 401, reason: 'credentials_missing' },
    { route: 'lazy', anonymous: true, twin: 'mcp-lazy-list' },
  ),
  asks(
    'lazy-broken',
    '{',
    { status: 400, reason: 'mcp_request_invalid' },
    { route: 'lazy', anonymous: true, twin: 'mcp-lazy-list' },
  ),
  asks('lazy-token', tool('other'), ALLOWED, { route: 'lazy', scope: 'mcp:use' }),
  asks('lazy-default', tool('other'), needs('mcp:admin mcp:use', 'lazy'), { route: 'lazy', twin: 'mcp-lazy-token' }),
  asks('shut', message('tools/list'), ALLOWED, { route: 'shut' }),
  asks(
    'shut-anonymous',
    message('tools/list'),
    { status: 401, reason: 'credentials_missing' },
    { route: 'shut', anonymous: true },
  ),

  asks('watched', tool('status'), ALLOWED, { route: 'watched-tools' }),
  ...[tool('drop_table'), tool('delete_pod'), '{'].map((body, at) =>
    asks(
      `watched-${at}`,
      body,
      {
        status: 200,
        reason: (['mcp_not_allowed', 'scope_insufficient', 'mcp_request_invalid'] as const)[at] ?? 'internal_error',
        outcome: 'would_deny',
      },
      { route: 'watched-tools' },
    ),
  ),
]
