import { denial, denied, passed } from '../support/outcome.ts'
import type { Row } from '../support/row.ts'

const K = '/mcp/kubernetes'

/** Every status that the gate answers with, relayed to the client. */
export const DENIAL_ROWS: readonly Row[] = [
  denial('401 without a token', { target: K }, 'credentials_missing'),
  denial('401 for an expired token', { target: K, token: 'expired' }, 'token_expired'),
  denial('401 for another audience', { target: K, token: 'for another audience' }, 'audience_mismatch'),
  denial('401 for HEAD: headers without a body', { method: 'HEAD', target: K }, 'credentials_missing'),
  denial(
    '401 for POST, its body unread',
    { method: 'POST', target: K, body: '{"jsonrpc":"2.0"}' },
    'credentials_missing',
  ),
  denial(
    '401 with conditional headers and a range',
    {
      target: K,
      headers: [
        ['If-None-Match', '*'],
        ['If-Modified-Since', 'Sat, 01 Jan 2050 00:00:00 GMT'],
        ['Range', 'bytes=0-1'],
      ],
    },
    'credentials_missing',
  ),
  denial('403 for a missing scope', { target: K, token: 'without scope' }, 'scope_insufficient'),
  denial('403 for a path that has no route', { target: '/mcp/forgotten', token: 'good' }, 'route_unknown', {
    challenged: false,
  }),
  denial('503 while there are no keys', { target: '/mcp/dark', token: 'good' }, 'keys_unavailable', {
    resource: '/mcp/dark',
  }),
  {
    name: 'duplicate Authorization',
    request: { target: K, token: 'good', headers: [['Authorization', 'Basic YTpi']] },
    expected: denied('credentials_ambiguous'),
    but: {
      nginx: {
        expected: { status: 400, headers: { 'X-Forwardgate-Reason': null }, application: null },
        why: 'nginx itself refuses a second Authorization',
      },
      Envoy: {
        expected: denied('credentials_malformed'),
        why: 'Envoy joins two fields of one name with a comma',
      },
    },
  },
  {
    name: '20 KB token',
    request: { target: K, token: '20 KB' },
    expected: passed({ headers: { 'X-Auth-Subject': 'alice' } }),
    but: {
      nginx: {
        expected: { status: 400, application: null },
        why: 'a header field has to fit into one of large_client_header_buffers, which are 8 KB by default',
      },
    },
  },
]
