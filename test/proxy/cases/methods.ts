import { denial, ENVOY_REFUSES, passed } from '../support/outcome.ts'
import type { Exception, Row } from '../support/row.ts'

const K = '/mcp/kubernetes'
const body = '{"jsonrpc":"2.0","method":"tools/call","id":1}'
const json = [['Content-Type', 'application/json']] as const

const NGINX_REFUSES: Exception = {
  expected: { status: 400, application: null },
  why: 'nginx itself refuses methods in small letters and escaped NULs',
}

/** Every method passes with its body; the gate is asked without it. */
export const METHOD_ROWS: readonly Row[] = [
  {
    name: 'HEAD',
    request: { method: 'HEAD', target: K, token: 'good' },
    expected: { ...passed({ method: 'HEAD', url: K }), body: '' },
  },
  {
    name: 'POST with a body',
    request: { method: 'POST', target: K, token: 'good', headers: json, body },
    expected: passed({ method: 'POST', url: K, body }),
  },
  {
    name: 'PUT with a body',
    request: { method: 'PUT', target: K, token: 'good', headers: json, body },
    expected: passed({ method: 'PUT', body }),
  },
  {
    name: 'POST with an empty body',
    request: { method: 'POST', target: K, token: 'good', headers: json, body: '' },
    expected: passed({ method: 'POST', body: '' }),
  },
  {
    name: 'POST with a body of unknown type and encoding',
    request: {
      method: 'POST',
      target: K,
      token: 'good',
      headers: [
        ['Content-Type', 'x'],
        ['Content-Encoding', 'br'],
      ],
      body,
    },
    expected: passed({ method: 'POST', body }),
  },
  {
    name: 'DELETE with a body',
    request: { method: 'DELETE', target: K, token: 'admin', body },
    expected: passed({ method: 'DELETE', url: K, body }),
  },
  denial(
    'DELETE without the scope that a rule asks for',
    { method: 'DELETE', target: K, token: 'good', body },
    'scope_insufficient',
    { scope: 'mcp:read mcp:admin' },
  ),
  {
    name: 'PROPFIND',
    request: { method: 'PROPFIND', target: K, token: 'good' },
    expected: passed({ method: 'PROPFIND' }),
  },
  denial(
    'a method that does not exist',
    { method: 'BREW', target: K, token: 'good' },
    'forwarded_request_invalid',
    { challenged: false },
    { Envoy: ENVOY_REFUSES },
  ),
  denial(
    'a method in small letters',
    { method: 'get', target: K, token: 'good' },
    'forwarded_request_invalid',
    {
      challenged: false,
    },
    { nginx: NGINX_REFUSES, Envoy: ENVOY_REFUSES },
  ),
  {
    name: 'Expect: 100-continue',
    request: { method: 'POST', target: K, token: 'good', headers: [['Expect', '100-continue']], body },
    expected: passed({ method: 'POST', body }),
  },
]
