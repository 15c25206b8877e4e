import type { Vector } from '../vector.ts'
import { message, tool } from './mcp.ts'

type Fields = readonly (readonly [name: string, value: string])[]

const JSON_TYPE = ['Content-Type', 'application/json'] as const
const GOOD = tool('status')
const INVALID: Vector['expect'] = { status: 400, reason: 'mcp_request_invalid', absent: ['WWW-Authenticate'] }

/** A good token asks; the row differs from a good one in its body, or in its fields. */
const asks = (
  id: string,
  spec: string,
  body: string | undefined,
  expect: Vector['expect'] = INVALID,
  more: {
    readonly headers?: Fields
    readonly twin?: string
    readonly method?: string
    readonly encoding?: 'utf16le' | 'latin1'
  } = {},
): Vector => ({
  id: `mcp-body-${id}`,
  spec,
  title: id,
  route: 'tools',
  request: {
    method: more.method ?? 'POST',
    headers: more.headers ?? [JSON_TYPE],
    ...(body === undefined ? {} : { body }),
    ...(more.encoding === undefined ? {} : { encoding: more.encoding }),
  },
  token: {},
  expect,
  ...(expect.status === 200 ? {} : { twin: more.twin ?? 'mcp-body-good' }),
})

const ALLOWED = { status: 200, reason: 'token' } as const
const SAME = 'bypass case 64: what the server sees must be what is judged'
const RFC = 'RFC 8259 §4, §8; bypass case 64'
const HEADERS = 'MCP 2026-07-28, Request Metadata: header and body must agree'
const ENCODED = 'MCP 2026-07-28, Value Encoding'
const text = (inner: string) => `{"jsonrpc":"2.0","id":1,${inner}}`

/** Bodies of a call that is allowed, written so that a server could read another call in them: all are refused. */
const EVASIONS: readonly (readonly [id: string, spec: string, body: string])[] = [
  ['method-twice', RFC, text('"method":"tools/call","method":"tools/list","params":{"name":"status"}')],
  ['method-twice-escaped', RFC, text('"m\\u0065thod":"tools/list","method":"tools/call","params":{"name":"status"}')],
  ['name-twice', RFC, text('"method":"tools/call","params":{"name":"delete_pod","name":"status"}')],
  ['name-twice-escaped', RFC, text('"method":"tools/call","params":{"name":"status","\\u006eame":"delete_pod"}')],
  ['params-twice', RFC, text('"method":"tools/call","params":{"name":"status"},"params":{"name":"delete_pod"}')],
  ['argument-twice', RFC, text('"method":"tools/call","params":{"name":"status","arguments":{"a":1,"a":2}}')],
  ['method-in-capitals', SAME, text('"method":"tools/call","Method":"tools/list","params":{"name":"status"}')],
  ['params-in-capitals', SAME, text('"method":"tools/call","params":{"name":"status"},"Params":{"name":"delete_pod"}')],
  ['name-in-capitals', SAME, text('"method":"tools/call","params":{"name":"status","Name":"delete_pod"}')],
  ['name-with-a-blank', SAME, text('"method":"tools/call","params":{"name":"status"," name":"delete_pod"}')],
  ['name-with-nul', SAME, text('"method":"tools/call","params":{"name":"status","name\\u0000":"delete_pod"}')],
  ['prototype', SAME, text('"method":"tools/call","params":{"name":"status","__proto__":{"name":"delete_pod"}}')],
  ['prototype-deep', SAME, text('"method":"tools/call","params":{"name":"status","arguments":{"__proto__":{}}}')],
  ['extra-member', SAME, text('"method":"tools/call","params":{"name":"status"},"extra":1')],
  ['method-and-result', SAME, text('"method":"tools/call","params":{"name":"status"},"result":{}')],
  ['neither', SAME, text('"params":{"name":"delete_pod"}')],
  ['result-and-error', SAME, text('"result":{},"error":{"code":1,"message":"m"}')],
  ['method-capitals', SAME, text('"method":"TOOLS/CALL","params":{"name":"status"}')],
  ['method-blank', SAME, text('"method":"tools/call ","params":{"name":"status"}')],
  ['method-no-text', SAME, text('"method":["tools/call"],"params":{"name":"status"}')],
  ['params-list', SAME, text('"method":"tools/call","params":["status"]')],
  ['params-null', SAME, text('"method":"tools/list","params":null')],
  ['name-number', SAME, text('"method":"tools/call","params":{"name":1}')],
  ['name-list', SAME, text('"method":"tools/call","params":{"name":["status"]}')],
  ['uri-object', SAME, text('"method":"resources/read","params":{"uri":{"href":"note://public/a"}}')],
  ['ref-text', SAME, text('"method":"completion/complete","params":{"ref":"greet"}')],
  [
    'ref-of-another-kind',
    SAME,
    text('"method":"completion/complete","params":{"ref":{"type":"ref/tool","name":"status"}}'),
  ],
  [
    'ref-member-in-capitals',
    SAME,
    text('"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"greet","Name":"admin"}}'),
  ],
  ['subscriptions-text', SAME, text('"method":"subscriptions/listen","params":{"notifications":"all"}')],
  [
    'subscriptions-member-in-capitals',
    SAME,
    text('"method":"subscriptions/listen","params":{"notifications":{"ResourceSubscriptions":["x:y"]}}'),
  ],
  [
    'subscribed-uris-no-list',
    SAME,
    text('"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":"note://public/a"}}'),
  ],
  [
    'subscribed-uri-no-text',
    SAME,
    text('"method":"subscriptions/listen","params":{"notifications":{"resourceSubscriptions":[1]}}'),
  ],
  [
    'id-null',
    'MCP, Requests: the ID MUST NOT be null',
    '{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"status"}}',
  ],
  ['id-object', SAME, '{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{"name":"status"}}'],
  ['jsonrpc-1', SAME, '{"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"status"}}'],
  ['response-extra', SAME, text('"result":{},"Method":"tools/call"')],
  ['batch-empty', 'JSON-RPC 2.0 §6', '[]'],
  ['batch-nested', SAME, `[[${GOOD}]]`],
  ['batch-too-long', SAME, `[${Array.from({ length: 101 }, () => '1').join(',')}]`],
  ['batch-one-bad', SAME, `[${GOOD},{"jsonrpc":"2.0","id":2,"method":"tools/call","method":"tools/list"}]`],
  ['text', SAME, '"tools/call"'],
  ['bom', 'RFC 8259 §8.1', `\ufeff${GOOD}`],
  ['two-texts', SAME, `${GOOD}${tool('delete_pod')}`],
  ['lines-of-json', SAME, `${GOOD}\n${tool('delete_pod')}`],
  ['comment', SAME, `/* */${GOOD}`],
  ['nan', SAME, text('"method":"tools/call","params":{"name":"status","arguments":{"a":NaN}}')],
  ['number-too-large', SAME, text('"method":"tools/call","params":{"name":"status","arguments":{"a":1e400}}')],
  [
    'half-a-surrogate',
    'RFC 8259 §8.2',
    text('"method":"tools/call","params":{"name":"status","arguments":{"a":"\\ud800"}}'),
  ],
  [
    'half-a-surrogate-in-a-name',
    'RFC 8259 §8.2',
    text('"method":"tools/call","params":{"name":"status","a\\udc00":1}'),
  ],
  [
    'too-deep',
    SAME,
    text(`"method":"tools/call","params":{"name":"status","arguments":{"a":${'['.repeat(70)}${']'.repeat(70)}}}`),
  ],
  ['cut-short', SAME, GOOD.slice(0, -1)],
  ['blank', SAME, ' '],
]

const encoded = (name: string) => `=?base64?${Buffer.from(name).toString('base64')}?=`

/** How a body is read, or refused. */
export const MCP_BODY: readonly Vector[] = [
  asks('good', SAME, GOOD, ALLOWED),
  ...EVASIONS.map(([id, spec, body]) => asks(id, spec, body)),
  asks(
    'too-large',
    'RFC 9110 §15.5.14; bypass case 64: body > maxBodySize',
    tool('status').padEnd(4097, ' '),
    { status: 413, reason: 'mcp_body_too_large', absent: ['WWW-Authenticate'] },
    { twin: 'mcp-body-at-the-limit' },
  ),
  asks('at-the-limit', SAME, GOOD.padEnd(4096, ' '), ALLOWED),
  asks(
    'oddly-written',
    RFC,
    '\r\n{ "params" :{"\\u006eame":"st\\u0061tus"},"method":"tools\\/call","id":"x","jsonrpc":"2.0"}\t',
    ALLOWED,
  ),
  asks('missing', 'bypass case 64: nginx and Caddy forward no body', undefined),
  asks('utf-16', 'RFC 8259 §8.1', GOOD, INVALID, { encoding: 'utf16le' }),
  asks('not-utf-8', 'RFC 8259 §8.1', tool('statu\u00e9'), INVALID, { encoding: 'latin1', twin: 'mcp-body-latin1' }),
  asks('latin1', 'RFC 8259 §8.1', GOOD, ALLOWED, { encoding: 'latin1' }),
  asks('get-with-body', SAME, GOOD, INVALID, { method: 'GET' }),
  asks('delete-with-body', SAME, GOOD, INVALID, { method: 'DELETE' }),

  ...['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'].map((type) =>
    asks(`type-${type}`, 'RFC 9110 §8.3.1', GOOD, ALLOWED, { headers: [['Content-Type', type]] }),
  ),
  ...[
    'application/json; charset=utf-7',
    'application/json; charset=utf-16',
    'application/json, text/plain',
    'application/json; profile=x',
    'application/json-rpc',
    'text/plain',
    '',
  ].map((type) =>
    asks(`type-${type}`, 'CONTRACT: some servers decode UTF-7', GOOD, INVALID, { headers: [['Content-Type', type]] }),
  ),
  asks('type-missing', 'CONTRACT: exactly application/json', GOOD, INVALID, { headers: [] }),
  asks('type-twice', 'CONTRACT: exactly application/json', GOOD, INVALID, { headers: [JSON_TYPE, JSON_TYPE] }),
  ...['gzip', 'identity', ''].map((encoding) =>
    asks(`encoding-${encoding}`, 'bypass case 64', GOOD, INVALID, {
      headers: [JSON_TYPE, ['Content-Encoding', encoding]],
    }),
  ),
  ...['Content_Encoding', 'content_type', 'Mcp_Name', 'Mcp.Method'].map((name) =>
    asks(`alias-${name}`, 'CGI-like servers read it as the header with hyphens', GOOD, INVALID, {
      headers: [JSON_TYPE, [name, 'gzip']],
    }),
  ),

  asks('headers-agree', HEADERS, GOOD, ALLOWED, {
    headers: [JSON_TYPE, ['Mcp-Method', 'tools/call'], ['Mcp-Name', 'status']],
  }),
  ...(
    [
      ['method-differs', 'tools/list', 'status'],
      ['method-in-capitals', 'Tools/Call', 'status'],
      ['name-differs', 'tools/call', 'delete_pod'],
      ['name-in-capitals', 'tools/call', 'Status'],
      ['sentinel-differs', 'tools/call', encoded('delete_pod')],
      ['sentinel-in-capitals', 'tools/call', encoded('status').replace('base64', 'BASE64')],
      ['sentinel-no-base64', 'tools/call', '=?base64?c3RhdHVz!?='],
      ['sentinel-no-utf-8', 'tools/call', '=?base64?/w==?='],
    ] as const
  ).map(([id, method, name]) =>
    asks(`headers-${id}`, `${HEADERS}; ${ENCODED}`, GOOD, INVALID, {
      headers: [JSON_TYPE, ['Mcp-Method', method], ['Mcp-Name', name]],
      twin: 'mcp-body-headers-agree',
    }),
  ),
  asks('headers-sentinel', ENCODED, GOOD, ALLOWED, {
    headers: [JSON_TYPE, ['Mcp-Method', 'tools/call'], ['Mcp-Name', encoded('status')]],
  }),
  asks('headers-name-twice', HEADERS, GOOD, INVALID, {
    headers: [JSON_TYPE, ['Mcp-Name', 'status'], ['Mcp-Name', 'status']],
  }),
  asks('headers-name-alone', HEADERS, GOOD, ALLOWED, { headers: [JSON_TYPE, ['Mcp-Name', 'status']] }),
  asks('headers-name-without-one', HEADERS, message('tools/list'), INVALID, {
    headers: [JSON_TYPE, ['Mcp-Name', 'status']],
    twin: 'mcp-body-headers-name-alone',
  }),
  asks('headers-with-a-batch', HEADERS, `[${GOOD}]`, INVALID, {
    headers: [JSON_TYPE, ['Mcp-Method', 'tools/call']],
    twin: 'mcp-body-headers-method-alone',
  }),
  asks('headers-method-alone', HEADERS, GOOD, ALLOWED, { headers: [JSON_TYPE, ['Mcp-Method', 'tools/call']] }),
]
