import { denial, ENVOY_REFUSES, passed } from '../support/outcome.ts'
import type { Row } from '../support/row.ts'

const ADMIN = '/mcp/grafana/admin'
const OPEN = '/mcp/grafana/open'
const resource = '/mcp/grafana'
const scope = 'mcp:read mcp:admin'

/** A header that would open `/mcp/grafana/admin`, or DELETE, to a token without `mcp:admin` if it were believed. */
const spoof = (name: string, value: string, but: Row['but'] = {}): Row =>
  denial(
    `spoofed ${name}`,
    { target: ADMIN, token: 'good', headers: [[name, value]] },
    'scope_insufficient',
    { resource, scope },
    but,
  )

/** What the client says about its own request never decides. */
export const SPOOFING_ROWS: readonly Row[] = [
  spoof('X-Forwarded-Uri', OPEN),
  spoof('X-Forwarded-Host', 'evil.example.com'),
  spoof('X-Forwarded-Method', 'OPTIONS'),
  spoof('X-Forwarded-Prefix', '/mcp'),
  spoof('X-Forwarded-Proto', 'http'),
  spoof('X-Forwarded-Port', '8443'),
  spoof('X-Forwarded-For', '127.0.0.1'),
  spoof('X-Forwarded-Server', 'evil'),
  spoof('X-Original-URL', OPEN),
  spoof('X-Original-Method', 'OPTIONS'),
  spoof('X-Rewrite-URL', OPEN),
  spoof('X-Replaced-Path', OPEN),
  spoof('X_Forwarded_Uri', OPEN, { Envoy: ENVOY_REFUSES }),
  spoof('X.Forwarded.Uri', OPEN),
  spoof('X-Forwarded-UriX', OPEN),
  spoof('Forwarded', 'for=127.0.0.1;host=evil.example.com;proto=http'),
  spoof('Connection', 'X-Forwarded-Uri, X-Forwarded-Method, X-Forwarded-Host', { Envoy: ENVOY_REFUSES }),
  denial(
    'spoofed X-Forwarded-Method on a DELETE',
    { method: 'DELETE', target: '/mcp/kubernetes', token: 'good', headers: [['X-Forwarded-Method', 'GET']] },
    'scope_insufficient',
    { scope },
  ),
  denial(
    'X-HTTP-Method-Override where the method decides',
    { method: 'POST', target: '/mcp/kubernetes', token: 'good', headers: [['X-HTTP-Method-Override', 'DELETE']] },
    'forwarded_request_invalid',
    { challenged: false },
  ),
  {
    name: 'the application hears the real host',
    request: { target: '/mcp/plain', token: 'good', headers: [['X-Forwarded-Host', 'evil.example.com']] },
    expected: passed({ headers: { 'X-Forwarded-Host': 'api.example.com' } }),
  },
]
