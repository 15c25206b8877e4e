import { denial, ENVOY_REFUSES, passed } from '../support/outcome.ts'
import type { Row } from '../support/row.ts'

const K = '/mcp/kubernetes'
const MINE = { 'X-Auth-Subject': 'alice', 'X-Auth-Groups': '', 'X-Auth-Scopes': 'mcp:read' }

/** nginx drops a header whose value is empty; what matters is that the client's copy is gone. */
const NGINX_DROPS_EMPTY = 'nginx sends no header with an empty value: the application sees none instead of an empty one'
const NGINX_DROPS_ODD =
  'nginx itself drops header names with anything but letters, digits and hyphens (ignore_invalid_headers, underscores_in_headers)'
const ALIAS_GONE = { ...MINE, 'X-Auth-Groups': null, X_Auth_Subject: null, 'X.Auth.Subject': null }

/** Identity headers: set by the gate, and by nothing else. */
export const IDENTITY_ROWS: readonly Row[] = [
  {
    name: 'identity headers are set',
    request: { target: K, token: 'good' },
    expected: passed({ headers: MINE }),
    but: { nginx: { expected: passed({ headers: { ...MINE, 'X-Auth-Groups': null } }), why: NGINX_DROPS_EMPTY } },
  },
  {
    name: 'the client’s copies are removed',
    request: {
      target: K,
      token: 'good',
      headers: [
        ['X-Auth-Subject', 'root'],
        ['x-auth-subject', 'root'],
        ['X-Auth-Groups', 'cluster-admins'],
        ['X-Auth-Scopes', 'mcp:admin'],
      ],
    },
    expected: passed({ headers: MINE }),
    but: { nginx: { expected: passed({ headers: { ...MINE, 'X-Auth-Groups': null } }), why: NGINX_DROPS_EMPTY } },
  },
  denial(
    'alias X_Auth_Subject',
    { target: K, token: 'good', headers: [['X_Auth_Subject', 'root']] },
    'identity_header_alias',
    {},
    {
      nginx: { expected: passed({ headers: ALIAS_GONE }), why: NGINX_DROPS_ODD },
      Envoy: ENVOY_REFUSES,
    },
  ),
  denial(
    'alias X.Auth.Subject',
    { target: K, token: 'good', headers: [['X.Auth.Subject', 'root']] },
    'identity_header_alias',
    {},
    {
      nginx: { expected: passed({ headers: ALIAS_GONE }), why: NGINX_DROPS_ODD },
    },
  ),
  {
    name: '5 KB of identity',
    request: { target: K, token: 'with 5 KB of scopes' },
    expected: passed({
      headers: { 'X-Auth-Scopes': /^mcp:read a-scope-with-a-long-name-0 .{4500,} a-scope-with-a-long-name-179$/ },
    }),
    but: {
      nginx: {
        expected: { status: 500, application: null },
        why: 'an answer’s headers have to fit into proxy_buffer_size, 4 or 8 KB by default',
      },
    },
  },
  {
    name: 'the token itself reaches the application',
    request: { target: K, token: 'good' },
    expected: passed({ headers: { Authorization: /^Bearer eyJ/ } }),
  },
  {
    name: 'Connection: X-Auth-Subject',
    request: { target: K, token: 'good', headers: [['Connection', 'X-Auth-Subject']] },
    expected: passed({ headers: { 'X-Auth-Subject': 'alice' } }),
    but: {
      Caddy: {
        expected: passed({ headers: { 'X-Auth-Subject': null } }),
        why: 'Caddy removes what the client’s Connection names after the gate has set it; our recipe takes the field away first',
      },
    },
  },
  denial(
    'Connection: Authorization',
    { target: K, token: 'good', headers: [['Connection', 'Authorization']] },
    'credentials_missing',
    {},
    {
      nginx: {
        expected: passed({ headers: { 'X-Auth-Subject': 'alice' } }),
        why: 'nginx does not read Connection as a list of field names',
      },
    },
  ),
]
