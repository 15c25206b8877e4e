import { alike, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const METADATA = 'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/ruled"'
const INSUFFICIENT = 'error="insufficient_scope", error_description="The access token lacks a required scope"'
const short = (scope: string): Vector['expect'] => ({
  status: 403,
  reason: 'scope_insufficient',
  headers: { 'WWW-Authenticate': `${METADATA}, scope="${scope}", ${INSUFFICIENT}` },
})
const on = (
  id: string,
  method: string,
  uri: string,
  claims: Record<string, unknown>,
  expect: Vector['expect'],
  twin?: string,
): Vector => ({
  id: `rules-${id}`,
  spec: 'DESIGN §4: every rule that matches adds its requirements',
  title: id,
  route: 'ruled',
  request: { method, uri },
  token: { claims },
  expect,
  ...(twin === undefined ? {} : { twin }),
})
const ADMIN = { scope: 'mcp:read mcp:admin', groups: ['admins'] }

const FRONT_CONTROLLER = 'RFC 3875 §4.1.5: a script serves the path behind its own name; Symfony, Laravel'

/** Requirements that methods and paths add. */
export const RULES: readonly Vector[] = [
  on('post', 'POST', '/ruled', {}, ALLOWED),
  on('get', 'GET', '/ruled', { scope: 'mcp:read mcp:get' }, ALLOWED),
  on('get-short', 'GET', '/ruled', { scope: 'mcp:read' }, short('mcp:read mcp:get'), 'rules-get'),
  on('head-short', 'HEAD', '/ruled', { scope: 'mcp:read' }, short('mcp:read mcp:get'), 'rules-head'),
  on('head', 'HEAD', '/ruled', { scope: 'mcp:read mcp:get' }, ALLOWED),
  on('delete-short', 'DELETE', '/ruled', {}, short('mcp:read mcp:write')),
  on('delete-never-sheds-the-route', 'DELETE', '/ruled', { scope: 'mcp:write' }, short('mcp:read mcp:write')),
  on('implied', 'DELETE', '/ruled', { scope: 'mcp:read mcp:admin' }, ALLOWED),
  on(
    'not-implied-upwards',
    'POST',
    '/ruled/admin',
    { ...ADMIN, scope: 'mcp:read mcp:write' },
    short('mcp:read mcp:admin'),
    'rules-admin',
  ),
  on('admin', 'POST', '/ruled/admin', ADMIN, ALLOWED),
  on(
    'admin-claim',
    'POST',
    '/ruled/admin',
    { ...ADMIN, groups: ['family'] },
    { status: 403, reason: 'claim_not_allowed' },
    'rules-admin',
  ),
  on(
    'both-rules',
    'DELETE',
    '/ruled/admin/x',
    { scope: 'mcp:read', groups: ['admins'] },
    short('mcp:read mcp:write mcp:admin'),
  ),
  ...['/ruled/ADMIN', '/RULED/admin', '/ruled/%61dmin', '/ruled/admin/', '/ruled/admin/a/b', '/ruled/Admin?x'].map(
    (uri) =>
      uri.startsWith('/RULED')
        ? on(`spelling-${uri}`, 'POST', uri, {}, { status: 403, reason: 'route_mismatch' })
        : on(`spelling-${uri}`, 'POST', uri, {}, short('mcp:read mcp:admin')),
  ),
  on(
    'second-rule-short',
    'DELETE',
    '/ruled/admin/x',
    { scope: 'mcp:read mcp:write', groups: ['admins'] },
    short('mcp:read mcp:write mcp:admin'),
  ),
  ...[
    '/ruled/index.php/admin',
    '/ruled/INDEX.PHP/Admin/users',
    '/ruled/index%2Ephp/admin',
    '/ruled/a.php/b.php/admin',
    '/ruled/a.php/admin/b.php/c',
  ].flatMap((uri) => [
    { ...on(`front-controller-${uri}`, 'POST', uri, {}, short('mcp:read mcp:admin')), spec: FRONT_CONTROLLER },
    { ...on(`front-controller-admin-${uri}`, 'POST', uri, ADMIN, ALLOWED), spec: FRONT_CONTROLLER },
  ]),
  ...['/ruled/remote.php/dav', '/ruled/index.php', '/ruled/index.php/administration', '/ruled/index.phps/admin'].map(
    (uri) => ({ ...on(`front-controller-free-${uri}`, 'POST', uri, {}, ALLOWED), spec: FRONT_CONTROLLER }),
  ),
  on('front-controller-outside', 'POST', '/index.php/ruled/admin', ADMIN, { status: 403, reason: 'route_mismatch' }),
  on('neighbour', 'POST', '/ruled/administration', {}, ALLOWED),
  ...[
    'X-HTTP-Method-Override',
    'X-HTTP-Method',
    'X-Method-Override',
    'X_HTTP_Method_Override',
    'x.method.override',
  ].map(
    (name): Vector => ({
      id: `override-${name}`,
      spec: 'bypass case 18',
      title: `${name} where the method decides`,
      route: 'ruled',
      request: { uri: '/ruled', headers: [[name, 'DELETE']] },
      token: {},
      twin: 'rules-post-plain',
      expect: { status: 400, reason: 'forwarded_request_invalid' },
    }),
  ),
  ...alike({ token: {}, expect: ALLOWED })({
    'rules-post-plain': {
      spec: 'bypass case 18',
      title: 'without an override',
      route: 'ruled',
      request: { uri: '/ruled' },
    },
    'override-free': {
      spec: 'CONTRACT',
      title: 'an override where no method decides',
      route: 'kubernetes',
      request: { headers: [['X-HTTP-Method-Override', 'DELETE']] },
    },
  }),
]
