import { denied, passed } from '../support/outcome.ts'
import { ORIGIN } from '../support/proxied-routes.ts'
import type { Exception, Row } from '../support/row.ts'

const K = '/mcp/kubernetes'
const FORGED = [
  ['X-Auth-Subject', 'root'],
  ['X-Auth-Issuer', 'root'],
  ['X-Auth-Client', 'root'],
  ['X-Auth-Scopes', 'root'],
] as const
const html = ['Accept', 'text/html,application/xhtml+xml'] as const

/** What every recipe is tested for in addition to the suite's own rows. */
export const CLIENT_ROWS: readonly Row[] = [
  {
    name: 'default identity headers replace the client’s',
    request: { target: `${K}/x`, token: 'good', headers: FORGED },
    expected: passed({
      url: `${K}/x`,
      headers: { 'X-Auth-Subject': 'alice', 'X-Auth-Issuer': 'main', 'X-Auth-Client': '', 'X-Auth-Scopes': 'mcp:read' },
    }),
  },
]

/** A browser session beside bearer tokens. */
export const PAGE_ROWS: readonly Row[] = [
  {
    name: 'a page without a session',
    request: { target: K, headers: [html] },
    expected: { status: 302, headers: { Location: 'https://login.example.com/' }, application: null },
  },
  {
    name: 'a page with a session',
    request: { target: K, headers: [html, ['Cookie', 'session=alice'], ...FORGED] },
    expected: passed({
      headers: {
        'X-Authentik-Username': 'alice',
        'X-Auth-Subject': null,
        'X-Auth-Issuer': null,
        'X-Auth-Client': null,
        'X-Auth-Scopes': null,
      },
    }),
  },
  {
    name: 'a page’s script with a session',
    request: {
      target: K,
      headers: [
        ['Accept', '*/*'],
        ['Cookie', 'session=alice'],
      ],
    },
    expected: passed({ headers: { 'X-Authentik-Username': 'alice' } }),
  },
  {
    name: 'a session that is none',
    request: { target: K, headers: [['Cookie', 'session=x']] },
    expected: { status: 302, application: null },
  },
  {
    name: 'a bearer token that accepts pages',
    request: { target: K, token: 'good', headers: [html] },
    expected: passed({ headers: { 'X-Auth-Subject': 'alice' } }),
  },
  {
    name: 'a bad token beside a session',
    request: { target: K, token: 'expired', headers: [html, ['Cookie', 'session=alice']] },
    expected: denied('token_expired'),
  },
  {
    name: 'bearer in small letters',
    request: { target: K, headers: [['Authorization', 'bearer x'], html] },
    expected: denied('token_opaque'),
  },
]

/** Pages of another origin. */
export const CORS_ROWS: readonly Row[] = [
  {
    name: 'preflight',
    request: {
      method: 'OPTIONS',
      target: K,
      headers: [
        ['Origin', ORIGIN],
        ['Access-Control-Request-Method', 'POST'],
        ['Access-Control-Request-Headers', 'authorization'],
      ],
    },
    expected: {
      status: 200,
      headers: { 'Access-Control-Allow-Origin': ORIGIN, 'Access-Control-Allow-Headers': /Authorization/ },
      application: null,
    },
  },
  {
    name: 'preflight of another origin',
    request: {
      method: 'OPTIONS',
      target: K,
      headers: [
        ['Origin', 'https://evil.example.com'],
        ['Access-Control-Request-Method', 'POST'],
      ],
    },
    expected: { status: 200, headers: { 'Access-Control-Allow-Origin': null }, application: null },
  },
  {
    name: '401 for a page of another origin',
    request: { target: K, headers: [['Origin', ORIGIN]] },
    expected: denied('credentials_missing', {
      headers: { 'Access-Control-Allow-Origin': ORIGIN, 'Access-Control-Expose-Headers': /WWW-Authenticate/ },
    }),
  },
]

/** What nginx still does to a row when the recipe has brought back what `auth_request` drops. */
export function throughNginxRecipe(row: Row): Exception | undefined {
  const { expected } = row
  const reason = expected.headers?.['X-Forwardgate-Reason']
  // What nginx itself refuses or drops stays as it is; sizes do not.
  const own = row.but?.nginx
  const theirs = own?.why.startsWith('nginx') === true && !own.why.startsWith('nginx sends') ? own : undefined
  if (theirs !== undefined) return theirs
  if (typeof reason !== 'string') {
    const headers = expected.application?.headers
    if (!Object.values(headers ?? {}).includes('')) return undefined
    const seen = Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, value]) => [name, value === '' ? null : value]),
    )
    return {
      expected: { ...expected, application: { ...expected.application, headers: seen } },
      why: 'nginx sends no header with an empty value',
    }
  }
  const body = row.request.method === 'HEAD' ? '' : JSON.stringify({ reason })
  return { expected: { ...expected, body }, why: 'the body holds the reason only: nginx has no way to the gate’s own' }
}

/** What the plain `forward_auth` loses, the recipe keeps; the client's Connection is no longer read. */
export function throughCaddyRecipe(row: Row): Exception | undefined {
  if (row.name !== 'Connection: Authorization') return undefined
  return { expected: passed(), why: 'the recipe takes the client’s Connection away before Caddy reads it' }
}
