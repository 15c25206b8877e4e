import { inSeconds, type RequestRecipe, type TokenRecipe, type Vector } from '../vector.ts'
import { message, tool } from './mcp.ts'

const JSON_TYPE = ['Content-Type', 'application/json'] as const
const RPC = 'JSON-RPC 2.0 §5; MCP, Streamable HTTP: the body of any status may be a JSON-RPC error'
const METADATA = 'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/'

/** The body of a refusal that answers one request. */
const rpc = (id: string | number, message: string, data: object, code = -31003): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } })

const NOT_ALLOWED = 'This MCP request is not allowed here'
const INVALID = 'The MCP request body is malformed or ambiguous'
const INSUFFICIENT = 'The access token lacks a required scope'
const EXPIRED = 'The access token expired'
const notAllowed = (body: string): Vector['expect'] => ({ status: 403, reason: 'mcp_not_allowed', body })
const invalid = (body: string): Vector['expect'] => ({ status: 400, reason: 'mcp_request_invalid', body })
const plain = (reason: string, text: string) => JSON.stringify({ reason, message: text })
const PLAIN_NOT_ALLOWED = plain('mcp_not_allowed', NOT_ALLOWED)
const PLAIN_INVALID = plain('mcp_request_invalid', INVALID)
const withId = (id: unknown, method = 'vendor/thing') => JSON.stringify({ jsonrpc: '2.0', id, method })
const FORBIDDEN = message('vendor/thing')
const EXPIRED_TOKEN = { claims: { exp: inSeconds(-900), iat: inSeconds(-1800) } }

interface Asked {
  readonly route?: string
  readonly token?: TokenRecipe
  readonly headers?: RequestRecipe['headers']
  readonly method?: string
  readonly anonymous?: true
  /** Null: what differs is more than one thing. */
  readonly twin?: string | null
}

const asks = (id: string, body: string, expect: Vector['expect'], asked: Asked = {}): Vector => ({
  id: `mcp-refusal-${id}`,
  spec: RPC,
  title: id,
  route: asked.route ?? 'tools',
  request: { method: asked.method ?? 'POST', headers: asked.headers ?? [JSON_TYPE], body },
  ...(asked.anonymous === true ? {} : { token: asked.token ?? {} }),
  expect,
  ...(expect.status === 200 || asked.twin === null ? {} : { twin: asked.twin ?? 'mcp-body-good' }),
})

const ALLOWED = { status: 200, reason: 'token' } as const

const sentinel = (name: string) => `=?base64?${Buffer.from(name).toString('base64')}?=`
const task = (method: string, taskId: unknown, name: string): readonly [string, RequestRecipe['headers']] => [
  message(method, { taskId }),
  [JSON_TYPE, ['Mcp-Method', method], ['Mcp-Name', name]],
]
const TASKS: readonly Vector[] = ['tasks/get', 'tasks/update', 'tasks/cancel'].flatMap((method) => {
  const [body, headers] = task(method, 't-1', 't-1')
  const [, encoded] = task(method, 't-1', sentinel('t-1'))
  const [, other] = task(method, 't-1', 't-2')
  const [number] = task(method, 1, '1')
  const twin = `mcp-refusal-${method}`
  const differs = invalid(rpc(1, INVALID, { reason: 'mcp_request_invalid' }, -32020))
  return [
    asks(method, body, ALLOWED, { headers }),
    asks(`${method}-encoded`, body, ALLOWED, { headers: encoded }),
    asks(`${method}-differs`, body, differs, { headers: other, twin }),
    asks(`${method}-number`, number, differs, { headers: [JSON_TYPE, ['Mcp-Name', '1']], twin: null }),
    asks(`${method}-without-field`, body, ALLOWED),
  ].map((row) => ({ ...row, spec: 'SEP-2663: Mcp-Name is params.taskId' }))
})

/** What the body of a refusal is on routes with `mcp`: the answer to one request, or the ordinary one. */
export const MCP_REFUSAL: readonly Vector[] = [
  asks('not-allowed', FORBIDDEN, notAllowed(rpc(1, NOT_ALLOWED, { reason: 'mcp_not_allowed' }))),
  ...['a', '', '"\n\u2028<', 0, -7, 2 ** 53 - 1].map((id) =>
    asks(`id-${JSON.stringify(id)}`, withId(id), notAllowed(rpc(id, NOT_ALLOWED, { reason: 'mcp_not_allowed' }))),
  ),
  ...[1.5, 2 ** 53, 'x'.repeat(257)].map((id) =>
    asks(`id-${String(id).slice(0, 20)}`, withId(id), notAllowed(PLAIN_NOT_ALLOWED)),
  ),
  asks('id-null', withId(null), invalid(PLAIN_INVALID)),
  asks('notification', JSON.stringify({ jsonrpc: '2.0', method: 'vendor/thing' }), notAllowed(PLAIN_NOT_ALLOWED)),
  asks('batch', `[${FORBIDDEN}]`, notAllowed(PLAIN_NOT_ALLOWED)),
  asks('unreadable', FORBIDDEN.replace('{', '{"id":2,'), invalid(PLAIN_INVALID)),
  asks('other-members', FORBIDDEN.replace('{', '{"ID":2,'), invalid(PLAIN_INVALID)),
  asks(
    'params-unclear',
    message('tools/call', { name: 1 }),
    invalid(rpc(1, INVALID, { reason: 'mcp_request_invalid' })),
  ),
  asks('header-differs', tool('status'), invalid(rpc(1, INVALID, { reason: 'mcp_request_invalid' }, -32020)), {
    headers: [JSON_TYPE, ['Mcp-Name', 'other']],
  }),
  asks('header-with-a-batch', `[${tool('status')}]`, invalid(PLAIN_INVALID), {
    headers: [JSON_TYPE, ['Mcp-Name', 'status']],
    twin: null,
  }),
  asks('name-missing', message('tools/call'), notAllowed(rpc(1, NOT_ALLOWED, { reason: 'mcp_not_allowed' }))),
  asks('scope', tool('delete_pod'), {
    status: 403,
    reason: 'scope_insufficient',
    headers: {
      'WWW-Authenticate': `${METADATA}tools", scope="mcp:read mcp:admin mcp:write", error="insufficient_scope", error_description="${INSUFFICIENT}"`,
    },
    body: rpc(1, INSUFFICIENT, { error: 'insufficient_scope', reason: 'scope_insufficient' }),
  }),
  // The challenge of a token as such knows nothing of the call.
  asks(
    'expired',
    tool('delete_pod'),
    {
      status: 401,
      reason: 'token_expired',
      headers: {
        'WWW-Authenticate': `${METADATA}tools", scope="mcp:read", error="invalid_token", error_description="${EXPIRED}"`,
      },
      body: rpc(1, EXPIRED, { error: 'invalid_token', reason: 'token_expired' }),
    },
    { token: EXPIRED_TOKEN, twin: null },
  ),
  asks(
    'expired-unreadable',
    '{',
    {
      status: 401,
      reason: 'token_expired',
      body: JSON.stringify({ error: 'invalid_token', reason: 'token_expired', message: EXPIRED }),
    },
    { token: EXPIRED_TOKEN, twin: null },
  ),
  asks(
    'expired-stream',
    '',
    {
      status: 401,
      reason: 'token_expired',
      body: JSON.stringify({ error: 'invalid_token', reason: 'token_expired', message: EXPIRED }),
    },
    { token: EXPIRED_TOKEN, method: 'GET', headers: [], twin: null },
  ),
  asks(
    'unverified',
    tool('status'),
    {
      status: 401,
      reason: 'signature_invalid',
      body: JSON.stringify({
        error: 'invalid_token',
        reason: 'signature_invalid',
        message: 'The signature of the access token is invalid',
      }),
    },
    { token: { mutation: 'last byte of the signature changed' } },
  ),
  asks('lazy-good', message('tools/list'), { status: 200, reason: 'anonymous' }, { route: 'lazy', anonymous: true }),
  asks(
    'lazy',
    tool('delete_pod'),
    {
      status: 401,
      reason: 'credentials_missing',
      headers: { 'WWW-Authenticate': `${METADATA}lazy", scope="mcp:admin mcp:use"` },
      body: rpc(1, 'This resource requires a bearer token', { reason: 'credentials_missing' }),
    },
    { route: 'lazy', anonymous: true, twin: 'mcp-refusal-lazy-good' },
  ),
  ...TASKS,
]
