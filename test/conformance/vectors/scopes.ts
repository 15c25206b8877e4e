import { alike, each, REMOVED, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const INSUFFICIENT = { status: 403, reason: 'scope_insufficient' } as const
const row = (id: string, claims: Record<string, unknown>, expect: Vector['expect']): Vector => ({
  id: `scope-${id}`,
  spec: 'RFC 6750 §3.1; B10; RFC 6749 §3.3; bypass case 43',
  title: id,
  route: 'kubernetes',
  token: { claims },
  ...(expect.status === 200 ? {} : { twin: 'scope-text' }),
  expect,
})

/** What a token was granted. */
export const SCOPES: readonly Vector[] = [
  row('text', { scope: 'mcp:read' }, ALLOWED),
  row('among others', { scope: 'openid mcp:read mcp:write' }, ALLOWED),
  row('with blanks', { scope: '  mcp:read ' }, ALLOWED),
  row('list', { scope: ['mcp:read'] }, ALLOWED),
  row('missing', { scope: REMOVED }, INSUFFICIENT),
  row('empty', { scope: '' }, INSUFFICIENT),
  row('a longer word', { scope: 'mcp:readwrite' }, INSUFFICIENT),
  row('other case', { scope: 'MCP:READ' }, INSUFFICIENT),
  row('with a comma', { scope: 'mcp:read,mcp:write' }, INSUFFICIENT),
  row('an item with a blank', { scope: ['mcp:read mcp:write'] }, INSUFFICIENT),
  row('text beside a boolean claim', { scope: 'mcp:read', 'mcp:read': true }, ALLOWED),
  {
    ...row('boolean claim of another issuer', { scope: REMOVED, 'mcp:read': true }, INSUFFICIENT),
    twin: 'scope-text beside a boolean claim',
  },
  { ...row('scp', { scope: REMOVED, scp: 'mcp:read' }, ALLOWED), spec: 'Entra, Okta' },
  { ...row('scp list', { scope: REMOVED, scp: ['mcp:read'] }, ALLOWED), spec: 'Okta' },
  { ...row('scopes of both claims count', { scope: 'mcp:write', scp: ['mcp:read'] }, ALLOWED), spec: 'bypass case 43' },
  {
    id: 'scope-boolean',
    spec: 'Authentik writes a granted scope as a claim',
    title: 'a claim that is true',
    route: 'authentik',
    token: { issuer: 'authentik' },
    expect: { ...ALLOWED, headers: { 'X-Auth-Scopes': 'mcp:read' } },
  },
  ...each([false, 'true', 1, REMOVED], (value) => ({
    id: `scope-boolean-${value}`,
    spec: 'Authentik',
    title: `a claim that is ${JSON.stringify(value)}`,
    route: 'authentik',
    token: { issuer: 'authentik', claims: { 'mcp:read': value } },
    twin: 'scope-boolean',
    expect: INSUFFICIENT,
  })),
  {
    id: 'scope-boolean-not-oidc',
    spec: 'OpenID Connect Core §5.1',
    title: 'email_verified is not a granted scope',
    route: 'authentik',
    token: { issuer: 'authentik', claims: { email_verified: true } },
    expect: { ...ALLOWED, headers: { 'X-Auth-Scopes': 'mcp:read' } },
  },
  ...alike({ spec: 'DESIGN §4 scopeClaims', route: 'strict' })({
    'scope-claims-of-issuer': {
      title: 'only the scope claims of the issuer',
      token: { issuer: 'strict' },
      expect: ALLOWED,
    },
    'scope-claims-of-issuer-short': {
      title: 'the usual claim where another is configured',
      token: { issuer: 'strict', claims: { permissions: [], scope: 'mcp:read' } },
      expect: INSUFFICIENT,
    },
  }),
  {
    id: 'scope-without-prefix',
    spec: 'Entra: tokens carry scopes without the App ID URI',
    title: 'the scope as the token carries it',
    route: 'entra',
    token: { issuer: 'entra', claims: { scope: REMOVED, scp: 'mcp:read' } },
    expect: ALLOWED,
  },
]
