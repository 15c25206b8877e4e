import assert from 'node:assert/strict'
import { test } from 'node:test'
import { looseReading } from '../../../../src/config/mcp-names.ts'
import type { Mcp, McpPattern } from '../../../../src/config/model-requirement.ts'
import { type BodyReading, judgeMcp, tooLarge } from '../../../../src/decision/mcp/mcp.ts'

const pattern = (text: string): McpPattern => ({
  pattern: text,
  loose: looseReading(text),
  scopes: [text],
  claims: [],
  authentication: undefined,
})
const MCP: Mcp = {
  tools: [pattern('status'), pattern('read_*'), pattern('read_secrets')],
  resources: [pattern('note://public/*')],
  prompts: [pattern('greet')],
  otherwise: undefined,
  openLists: false,
  maxBodySize: 1024,
}
const OTHERWISE = { ...MCP, otherwise: { scopes: ['other'], claims: [], authentication: undefined } }
const JSON_TYPE = ['Content-Type', 'application/json']
const NO_FIELDS = { rawHeaders: [], oddNames: undefined }

interface Asked {
  readonly mcp?: Mcp
  readonly method?: string
  readonly headers?: readonly string[]
  readonly oddNames?: string[]
  readonly body?: string | BodyReading
}

async function judge({ mcp = MCP, method = 'POST', headers = JSON_TYPE, oddNames, body = '' }: Asked): Promise<string> {
  const readBody = async (limit: number): Promise<BodyReading> => {
    if (typeof body !== 'string') return body
    return body.length > limit ? tooLarge(limit) : { ok: true, bytes: Buffer.from(body) }
  }
  const { denial, needs, open } = await judgeMcp(mcp, method, { rawHeaders: headers, oddNames }, { readBody })
  if (denial !== undefined) return `${denial.reason}: ${'problem' in denial ? denial.problem : ''}`
  return `${open ? 'open' : 'token'} ${needs.flatMap(({ scopes }) => scopes).join(' ')}`.trimEnd()
}

const call = (method: string, params: object = {}) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
const tool = (name: string) => call('tools/call', { name })
const resource = (uri: string) => call('resources/read', { uri })
const prompt = (name: string) => call('prompts/get', { name })
const INVALID = 'mcp_request_invalid'
const FORBIDDEN = 'mcp_not_allowed: nothing in mcp allows it'
const WEBSOCKET = `${INVALID}: the request opens a WebSocket, whose calls nothing would judge`
const ANOTHER = 'mcp_not_allowed: a server could take the name for another one'

const TOO_LONG = (longest: number) => `mcp_not_allowed: the name has more than ${longest} characters`

const ROWS: readonly (readonly [asked: Asked, judgement: string])[] = [
  [{ body: tool('status') }, 'token status'],
  [{ body: tool('read_secrets') }, 'token read_* read_secrets'],
  [{ body: `[${tool('read_secrets')},${tool('status')}]` }, 'token status read_* read_secrets'],
  [{ body: tool('other') }, FORBIDDEN],
  [{ body: tool('Status') }, ANOTHER],
  [{ body: tool('x'.repeat(256)), mcp: OTHERWISE }, 'token other'],
  [{ body: tool('x'.repeat(257)), mcp: OTHERWISE }, TOO_LONG(256)],
  [{ body: prompt('x'.repeat(257)), mcp: OTHERWISE }, TOO_LONG(256)],
  [{ body: resource('x'.repeat(2048)), mcp: { ...OTHERWISE, maxBodySize: 9999 } }, 'token other'],
  [{ body: resource('x'.repeat(2049)), mcp: { ...OTHERWISE, maxBodySize: 9999 } }, TOO_LONG(2048)],
  [{ body: tool('other'), mcp: OTHERWISE }, 'token other'],
  [{ body: call('vendor/thing') }, FORBIDDEN],
  [{ body: call('vendor/thing'), mcp: OTHERWISE }, 'token other'],
  [{ body: `[${call('ping')},${tool('status')},${tool('other')}]`, mcp: OTHERWISE }, 'token status other'],
  [{ body: call('prompts/get', { name: 'greet' }) }, 'token greet'],
  [{ body: call('prompts/get', { name: 'status' }) }, FORBIDDEN],
  [{ body: call('resources/read', { uri: 'note://public/a' }) }, 'token note://public/*'],
  [{ body: call('resources/read', { uri: 'note://public/../a' }) }, ANOTHER],
  [{ body: call('tools/list') }, 'open'],
  [{ body: `[${call('ping')},${call('logging/setLevel')}]` }, 'open'],
  [{ body: `[${call('ping')},${call('tasks/update', { taskId: 't' })}]` }, 'token'],
  [{ body: call('tools/call'), mcp: OTHERWISE }, 'token other'],
  [{ body: call('resources/subscribe') }, FORBIDDEN],
  ...['tasks/get', 'tasks/update', 'tasks/cancel'].flatMap((method) => [
    [{ body: call(method, { taskId: 't' }), headers: [...JSON_TYPE, 'Mcp-Name', 't'] }, 'token'] as const,
    [
      { body: call(method, { taskId: 't' }), headers: [...JSON_TYPE, 'Mcp-Name', 'u'] },
      `${INVALID}: Mcp-Name differs from the body`,
    ] as const,
    [
      { body: call(method), headers: [...JSON_TYPE, 'Mcp-Name', 't'] },
      `${INVALID}: Mcp-Name differs from the body`,
    ] as const,
  ]),
  [
    { body: '' },
    `${INVALID}: no body came; the proxy must forward it (Traefik: forwardBody, Envoy: with_request_body)`,
  ],
  [{ body: ' '.repeat(1025) }, 'mcp_body_too_large: the body is larger than 1024 bytes'],
  [{ body: { ok: false, tooLarge: false, problem: 'cut' } }, `${INVALID}: cut`],
  [{ body: '{' }, `${INVALID}: the body is not JSON`],
  [{ body: '1' }, `${INVALID}: a message is not a JSON object`],
  [{ body: tool('status'), headers: [] }, `${INVALID}: the Content-Type is not application/json`],
  [
    { body: tool('status'), headers: [...JSON_TYPE, ...JSON_TYPE] },
    `${INVALID}: the Content-Type is not application/json`,
  ],
  [
    { body: tool('status'), headers: ['Content-Type', 'text/application/json'] },
    `${INVALID}: the Content-Type is not application/json`,
  ],
  [{ body: tool('status'), headers: ['content-TYPE', 'application/json;charset=UTF-8'] }, 'token status'],
  [
    { body: tool('status'), headers: ['Content-Type', 'application/json;charset=utf-7'] },
    `${INVALID}: the Content-Type is not application/json`,
  ],
  [
    { body: tool('status'), headers: [...JSON_TYPE, 'Content-Encoding', 'br'] },
    `${INVALID}: the body has a Content-Encoding`,
  ],
  ...['true', 'TRUE', ''].map(
    (partial) =>
      [
        { body: tool('status'), headers: [...JSON_TYPE, 'X-Envoy-Auth-Partial-Body', partial] },
        `${INVALID}: x-envoy-auth-partial-body says that the proxy cut the body off`,
      ] as const,
  ),
  [{ body: tool('status'), headers: [...JSON_TYPE, 'x-envoy-auth-partial-body', 'false'] }, 'token status'],
  [{ body: tool('status'), oddNames: ['X_Other'] }, 'token status'],
  [
    { body: tool('status'), oddNames: ['Content_Type'] },
    `${INVALID}: a header could be taken for one that describes the body`,
  ],
  [{ body: tool('status'), headers: [...JSON_TYPE, 'Mcp-Method', 'tools/call'] }, 'token status'],
  [
    { body: tool('status'), headers: [...JSON_TYPE, 'Mcp-Method', 'tools/list'] },
    `${INVALID}: Mcp-Method differs from the body`,
  ],
  [
    { body: `[${tool('status')}]`, headers: [...JSON_TYPE, 'Mcp-Name', 'status'] },
    `${INVALID}: Mcp-Method or Mcp-Name came with a batch`,
  ],
  [{ body: tool('status'), headers: [...JSON_TYPE, 'Mcp-Name', 'status'] }, 'token status'],
  [{ body: tool('status'), headers: [...JSON_TYPE, 'Mcp-Name', '=?base64?c3RhdHVz?='] }, 'token status'],
  ...['x=?base64?eA==?=', '=?base64?eA==?=x'].map(
    (name) => [{ body: tool(name), headers: [...JSON_TYPE, 'Mcp-Name', name], mcp: OTHERWISE }, 'token other'] as const,
  ),
  ...[
    ['\ufffd', '=?base64?/w==?='],
    ['x', '=?base64?77u/eA==?='],
  ].map(
    ([name = '', header = '']) =>
      [
        { body: tool(name), headers: [...JSON_TYPE, 'Mcp-Name', header], mcp: OTHERWISE },
        `${INVALID}: Mcp-Name differs from the body`,
      ] as const,
  ),
  ...[
    'read_pods',
    '=?base64?c3RhdHVzIQ==?=',
    '=?base64?c3RhdHVz!?=',
    '=?base64?c3RhdHV?=',
    '=?base64?/w==?=',
    '=?base64??=',
  ].map(
    (name) =>
      [
        { body: tool('status'), headers: [...JSON_TYPE, 'Mcp-Name', name] },
        `${INVALID}: Mcp-Name differs from the body`,
      ] as const,
  ),
  [{ body: call('ping'), headers: [...JSON_TYPE, 'Mcp-Name', 'status'] }, `${INVALID}: Mcp-Name differs from the body`],
  [
    { body: tool('status'), headers: [...JSON_TYPE, 'Mcp-Name', 'status', 'Mcp-Name', 'status'] },
    `${INVALID}: Mcp-Name differs from the body`,
  ],
  [{ method: 'GET' }, 'open'],
  [{ method: 'HEAD' }, 'open'],
  [{ method: 'DELETE' }, 'open'],
  [{ method: 'GET', headers: ['Sec-WebSocket-Key', 'x'] }, WEBSOCKET],
  [{ method: 'HEAD', headers: ['sec-websocket-protocol', 'mcp'] }, WEBSOCKET],
  [{ method: 'GET', headers: ['Sec_WebSocket_Key', 'x'], oddNames: ['Sec_WebSocket_Key'] }, WEBSOCKET],
  [{ method: 'POST', headers: [...JSON_TYPE, 'Sec-WebSocket-Version', '13'], body: tool('status') }, WEBSOCKET],
  [{ method: 'GET', headers: ['Accept', 'Sec-WebSocket-Key'] }, 'open'],
  [{ method: 'DELETE', body: ' ' }, `${INVALID}: a DELETE has a body`],
  [{ method: 'PUT', body: tool('status') }, 'mcp_not_allowed: MCP knows only POST, GET and DELETE'],
]

for (const [asked, expected] of ROWS) {
  test(`${expected}: ${JSON.stringify(asked).slice(0, 100)}`, async () => assert.equal(await judge(asked), expected))
}

test('whatever is refused is not open', async () => {
  const readBody = async () => ({ ok: true, bytes: Buffer.from(tool('other')) }) as const
  for (const rawHeaders of [JSON_TYPE, []]) {
    const { denial, open } = await judgeMcp(MCP, 'POST', { rawHeaders, oddNames: undefined }, { readBody })
    assert.deepEqual([denial === undefined, open], [false, false])
  }
})

test('where no body can come, a POST is refused and a GET is not', async () => {
  assert.equal((await judgeMcp(MCP, 'POST', NO_FIELDS, undefined)).denial?.reason, INVALID)
  assert.equal((await judgeMcp(MCP, 'GET', NO_FIELDS, undefined)).denial, undefined)
})

test('a body that comes with the handshake of a WebSocket is not read', async () => {
  const readBody = () => assert.fail('it was read')
  const fields = { ...NO_FIELDS, rawHeaders: ['Sec-WebSocket-Key', 'x'] }
  for (const method of ['POST', 'GET', 'DELETE']) {
    assert.equal((await judgeMcp(MCP, method, fields, { readBody })).denial?.reason, INVALID)
  }
})

test('the evidence names the call that is not allowed, escaped and cut', async () => {
  const body = `[${call('ping')},${tool(`\n${'x'.repeat(250)}`)}]`
  const judged = await judgeMcp(
    MCP,
    'POST',
    { ...NO_FIELDS, rawHeaders: JSON_TYPE },
    {
      readBody: async () => ({ ok: true, bytes: Buffer.from(body) }),
    },
  )
  assert.deepEqual(judged.denial, {
    reason: 'mcp_not_allowed',
    step: 'mcp',
    problem: 'nothing in mcp allows it',
    unverifiedMethod: 'tools/call',
    unverifiedName: `\\u000a${'x'.repeat(199)}…`,
  })
  assert.equal(judged.calls.length, 2)
})
