import type { Family } from './attack.ts'
import { PASSED, REFUSED, type WireWords, wire } from './wire.ts'

const BAD_BODY = '400 mcp_request_invalid'
const STATUS = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"status"}}'
const DELETE = '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"delete_pod"}}'

/** A question about the route tools, its body to follow. */
const call = ({ good }: WireWords, ...fields: readonly string[]) =>
  good(['Content-Type: application/json', ...fields], 'POST /verify/tools HTTP/1.1')
const chunks = (...parts: readonly string[]) =>
  `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`

const body = (...names: readonly string[]) => names.map((name) => `mcp-body-${name}`)
const rule = (...names: readonly string[]) => names.map((name) => `mcp-${name}`)

/** Calls of tools in the body of a request, where a route is judged by them; and tokens that are not JWTs. */
export const MCP_CALLS: Family = {
  title: 'MCP calls and static tokens',
  attacks: [
    {
      title: 'a forbidden call in a batch, behind allowed ones',
      source: 'JSON-RPC 2.0 §6',
      like: rule('batch-hides', 'batch-order', 'batch-unknown', 'lazy-batch'),
    },
    {
      title: '`method`, `params` or `name` twice, escaped, in capitals, or beside `result`',
      source: 'CVE-2017-12635; RFC 8259 §4; CWE-436',
      like: body(
        'method-twice*',
        'name-twice*',
        'params-twice',
        'argument-twice',
        'method-in-capitals',
        'params-in-capitals',
        'name-in-capitals',
        'method-and-result',
        'extra-member',
      ),
    },
    {
      title: 'a name in other letters, with blanks, NUL, look-alikes or half a surrogate',
      source: 'CWE-178; Unicode TR 39',
      like: [
        ...rule('unknown-tool', 'another-case', 'blank', 'look-alike'),
        ...body('name-with-a-blank', 'name-with-nul', 'half-a-surrogate*'),
      ],
    },
    {
      title: 'a resource by dots, escaped dots or another spelling of its host',
      source: 'CWE-22; RFC 3986 §6',
      like: rule(
        'resource-dots',
        'resource-encoded-dots',
        'resource-elsewhere',
        'resource-another-host-spelling',
        'subscriptions',
      ),
    },
    {
      title: 'a body in another charset, with a BOM, a comment, two texts, or cut short',
      source: 'RFC 8259 §8.1; CWE-838',
      like: body(
        'utf-16',
        'not-utf-8',
        'bom',
        'comment',
        'two-texts',
        'lines-of-json',
        'cut-short',
        'nan',
        'type-application/json; charset=utf-7',
        'type-application/json; charset=utf-16',
      ),
    },
    {
      title: 'another content type, none, or two; a content encoding',
      source: 'CWE-436',
      like: body(
        'type-text/plain',
        'type-missing',
        'type-twice',
        'type-application/json, text/plain',
        'encoding-*',
        'alias-Content_Encoding',
      ),
    },
    {
      title: 'a body that is missing, too large, too deep, or one on GET and DELETE',
      source: 'CWE-770; RFC 9110 §9.3.1',
      like: body(
        'missing',
        'too-large',
        'too-deep',
        'number-too-large',
        'get-with-body',
        'delete-with-body',
        'batch-too-long',
      ),
    },
    {
      title: 'a body in chunks, in pieces, longer or shorter than it says, or with the next request in it',
      source: 'CWE-444; RFC 9112 §6, §7',
      wire: [
        wire(
          'the twin: a call of known length',
          (words) => call(words, `Content-Length: ${STATUS.length}`) + STATUS,
          [PASSED],
          false,
        ),
        wire(
          'the twin: a call in chunks',
          (words) => call(words, 'Transfer-Encoding: chunked') + chunks(STATUS.slice(0, 9), STATUS.slice(9)),
          [PASSED],
          false,
        ),
        wire(
          'two calls in two chunks',
          (words) => call(words, 'Transfer-Encoding: chunked') + chunks(STATUS, DELETE),
          [BAD_BODY],
          false,
        ),
        wire(
          'a second call behind the length',
          (words) => call(words, `Content-Length: ${STATUS.length}`) + STATUS + DELETE,
          [REFUSED],
        ),
        wire('a length that cuts the call', (words) => call(words, 'Content-Length: 20') + STATUS, [REFUSED]),
        wire('a length of 0', (words) => call(words, 'Content-Length: 0') + STATUS, [REFUSED]),
        wire('no length at all', (words) => call(words) + STATUS, [REFUSED]),
        wire(
          'a length and chunks',
          (words) => call(words, `Content-Length: ${STATUS.length}`, 'Transfer-Encoding: chunked') + chunks(STATUS),
          [REFUSED],
        ),
        wire(
          'a chunk that is longer than it says',
          (words) => `${call(words, 'Transfer-Encoding: chunked')}9\r\n${STATUS}\r\n0\r\n\r\n`,
          [REFUSED],
        ),
        wire(
          'a call in a trailer',
          (words) => `${call(words, 'Transfer-Encoding: chunked')}0\r\nX-Body: ${STATUS}\r\n\r\n`,
          [BAD_BODY],
          false,
        ),
        wire(
          'a call in the query',
          (words) =>
            call(words, 'Content-Length: 0').replace('/verify/tools', `/verify/tools?${encodeURIComponent(STATUS)}`),
          [BAD_BODY],
          false,
        ),
        wire(
          'two calls in one packet, the second forbidden',
          (words) => [STATUS, DELETE].map((text) => call(words, `Content-Length: ${text.length}`) + text).join(''),
          [PASSED, '403 scope_insufficient'],
          false,
        ),
        wire(
          'Expect: 100-continue',
          (words) => call(words, 'Expect: 100-continue', `Content-Length: ${DELETE.length}`) + DELETE,
          ['403 scope_insufficient'],
          false,
        ),
      ],
    },
    {
      title: 'the opening handshake of a WebSocket, over which any tool could be called unseen',
      source: 'RFC 6455 §4.1; CWE-288',
      like: rule('websocket-tools-*', 'websocket-lazy-*', 'websocket-without-token'),
    },
    {
      title: '`__proto__` in a body',
      source: 'CWE-1321',
      like: body('prototype', 'prototype-deep'),
    },
    {
      title: 'a call without a token, if only some calls need none',
      source: 'CWE-862',
      like: rule('lazy-call', 'lazy-response', 'lazy-broken', 'shut-anonymous'),
    },
    {
      title: 'a static token that is not listed, the beginning of one, in other letters, of another route',
      source: 'CWE-187; CWE-287',
      like: [
        'static-stranger',
        'static-one-more',
        'static-beginning',
        'static-case',
        'static-short',
        'static-other-route',
      ],
    },
    {
      title: 'a static token that is expired, revoked, of another audience or without the scope',
      source: 'RFC 6750 §3.1',
      like: [
        'static-expired',
        'static-revoked',
        'static-audience',
        'static-scope',
        'static-claim',
        'static-rule',
        'static-lifetime',
      ],
    },
  ],
}
