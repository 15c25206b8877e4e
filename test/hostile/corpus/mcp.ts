import type { Family } from './attack.ts'

const body = (...names: readonly string[]) => names.map((name) => `mcp-body-${name}`)
const rule = (...names: readonly string[]) => names.map((name) => `mcp-${name}`)

/** Calls of tools in the body of a request, where a route is judged by them; and tokens that are no JWT. */
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
      title: 'another content type, none, or two',
      source: 'CWE-436',
      like: body('type-text/plain', 'type-missing', 'type-twice', 'type-application/json, text/plain'),
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
      title: '`__proto__` in a body',
      source: 'CWE-1321',
      like: body('prototype', 'prototype-deep'),
    },
    {
      title: 'a call without a token, where only some of them are free',
      source: 'CWE-862',
      like: rule('lazy-call', 'lazy-response', 'lazy-broken', 'shut-anonymous'),
    },
    {
      title: 'a static token that nobody listed, the beginning of one, in other letters, of another route',
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
