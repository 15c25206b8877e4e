import { denial, passed } from '../support/outcome.ts'
import { ORIGIN } from '../support/proxied-routes.ts'
import type { Row } from '../support/row.ts'

const preflight = (origin = ORIGIN) =>
  [
    ['Origin', origin],
    ['Access-Control-Request-Method', 'POST'],
    ['Access-Control-Request-Headers', 'authorization,content-type'],
  ] as const

const allowed = { 'Access-Control-Allow-Origin': ORIGIN, 'Access-Control-Expose-Headers': /WWW-Authenticate/ }

/** Pages that call a protected path from another origin. */
export const BROWSER_ROWS: readonly Row[] = [
  denial(
    'preflight that no route answers',
    { method: 'OPTIONS', target: '/mcp/kubernetes', headers: preflight() },
    'credentials_missing',
  ),
  {
    name: 'preflight that the application answers',
    request: { method: 'OPTIONS', target: '/mcp/preflight', headers: preflight() },
    expected: passed({ method: 'OPTIONS', headers: { 'X-Auth-Scopes': '' } }),
    but: {
      nginx: {
        expected: passed({ method: 'OPTIONS', headers: { 'X-Auth-Scopes': null } }),
        why: 'nginx sends no header with an empty value: the application sees none instead of an empty one',
      },
    },
  },
  denial(
    'POST that calls itself a preflight',
    { method: 'POST', target: '/mcp/preflight', headers: [...preflight(), ['X-Forwarded-Method', 'OPTIONS']] },
    'credentials_missing',
    { resource: '/mcp/preflight' },
  ),
  {
    name: 'preflight that a CORS middleware answers',
    request: { method: 'OPTIONS', target: '/mcp/browser', headers: preflight() },
    expected: {
      status: 200,
      headers: {
        'Access-Control-Allow-Origin': ORIGIN,
        'Access-Control-Allow-Headers': /Authorization/,
        'Access-Control-Allow-Methods': /POST/,
      },
      application: null,
    },
  },
  denial(
    '401 behind a CORS middleware',
    { target: '/mcp/browser', headers: [['Origin', ORIGIN]] },
    'credentials_missing',
    { resource: '/mcp/browser', headers: allowed },
  ),
  {
    name: '200 behind a CORS middleware',
    request: { target: '/mcp/browser', token: 'good', headers: [['Origin', ORIGIN]] },
    expected: passed({}, allowed),
  },
  denial(
    '401 with the gate’s own CORS headers',
    { target: '/mcp/listed-origins', headers: [['Origin', ORIGIN]] },
    'credentials_missing',
    { resource: '/mcp/listed-origins', headers: { ...allowed, Vary: 'Origin' } },
  ),
  denial(
    '403 for an origin that is not listed',
    { target: '/mcp/listed-origins', token: 'good', headers: [['Origin', 'https://evil.example.com']] },
    'origin_not_allowed',
    { challenged: false },
  ),
]
