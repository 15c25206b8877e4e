import { BOUND, inSeconds, REMOVED, type Vector } from '../vector.ts'

const ALLOWED = { status: 200, reason: 'token' } as const
const METADATA = 'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource'
const ERROR =
  'error="insufficient_user_authentication", error_description="The login behind the access token is not recent or strong enough"'
const BODY =
  '{"error":"insufficient_user_authentication","reason":"authentication_insufficient","message":"The login behind the access token is not recent or strong enough"}'
const refused = (challenge?: string, body = BODY): Vector['expect'] => ({
  status: 401,
  reason: 'authentication_insufficient',
  ...(challenge === undefined ? {} : { body, headers: { 'WWW-Authenticate': challenge } }),
})
const RPC_BODY = `{"jsonrpc":"2.0","id":1,"error":{"code":-31003,"message":"The login behind the access token is not recent or strong enough","data":{"error":"insufficient_user_authentication","reason":"authentication_insufficient"}}}`

const row = (id: string, title: string, vector: Partial<Vector> & Pick<Vector, 'expect'>): Vector => ({
  id: `authentication-${id}`,
  spec: 'RFC 9470 §3, §6.1',
  title,
  route: 'login',
  ...(vector.route == null ? {} : { request: { uri: `/${vector.route}` } }),
  ...vector,
})
/** A user who logged in with the best of means, so long ago. */
const user = (seconds: number, more: Readonly<Record<string, unknown>> = {}) => ({
  claims: { acr: 'gold', auth_time: inSeconds(-seconds), ...more },
})
const writer = (seconds: number, more: Readonly<Record<string, unknown>> = {}) =>
  user(seconds, { scope: 'mcp:read mcp:write', ...more })
/** A login that is wrong in one point. */
const bad = (id: string, title: string, claims: Readonly<Record<string, unknown>>): Vector =>
  row(id, title, { token: user(60, claims), twin: 'authentication-good', expect: refused() })
const CHALLENGE = `Bearer ${METADATA}/login", scope="mcp:read", ${ERROR}, acr_values="silver gold", max_age="900"`

const call = (name: string) => ({
  uri: '/login-tools',
  headers: [['Content-Type', 'application/json']] as const,
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }),
})
const onTools = (id: string, title: string, tool: string, more: Partial<Vector> & Pick<Vector, 'expect'>): Vector =>
  row(id, title, { ...more, route: 'login-tools', request: call(tool) })

/** How the user behind a token logged in (RFC 9470). */
export const AUTHENTICATION: readonly Vector[] = [
  row('good', 'a login that is strong and recent', { token: user(60), expect: ALLOWED }),
  row('other-class', 'any class of the list', { token: user(60, { acr: 'silver' }), expect: ALLOWED }),
  row('oldest', 'the oldest login that passes, with the tolerance of exp', { token: user(930), expect: ALLOWED }),
  row('newest', 'a login that another clock saw a moment later', { token: user(-30), expect: ALLOWED }),

  row('class', 'a login of another class', {
    token: user(60, { acr: 'bronze' }),
    twin: 'authentication-good',
    expect: refused(CHALLENGE),
  }),
  row('old', 'a login too long ago: the same challenge', {
    token: user(931),
    twin: 'authentication-good',
    expect: refused(CHALLENGE),
  }),
  row('none', 'a token that says nothing of a login', { token: {}, expect: refused(CHALLENGE) }),
  bad('early', 'a login in the future', { auth_time: inSeconds(31) }),
  bad('milliseconds', 'a time in milliseconds', { auth_time: 1_799_999_940_000 }),
  bad('time-text', 'a time as text', { auth_time: '1799999940' }),
  bad('time-null', 'CONTRACT: null is absent', { auth_time: null }),
  bad('time-missing', 'no time', { auth_time: REMOVED }),
  bad('class-missing', 'no class', { acr: REMOVED }),
  bad('class-null', 'CONTRACT: null is absent', { acr: null }),
  bad('class-list', 'a list, which acr never is', { acr: ['gold'] }),
  bad('class-case', 'the class in other letters', { acr: 'Gold' }),
  bad('class-several', 'several classes in one text', { acr: 'silver gold' }),

  row('rule', 'a rule that a stronger and more recent login satisfies', {
    request: { uri: '/login', method: 'DELETE' },
    token: writer(60),
    expect: ALLOWED,
  }),
  row('rule-class', 'what is in both lists, and the shorter age', {
    request: { uri: '/login', method: 'DELETE' },
    token: writer(60, { acr: 'silver' }),
    twin: 'authentication-rule',
    expect: refused(
      `Bearer ${METADATA}/login", scope="mcp:read mcp:write", ${ERROR}, acr_values="gold", max_age="300"`,
    ),
  }),
  row('rule-old', 'recent enough for the route alone', {
    request: { uri: '/login', method: 'DELETE' },
    token: writer(331),
    twin: 'authentication-rule',
    expect: refused(),
  }),
  row('rule-scope', 'the scope of a rule is missed after its login', {
    request: { uri: '/login', method: 'DELETE' },
    token: user(60),
    twin: 'authentication-rule',
    expect: { status: 403, reason: 'scope_insufficient' },
  }),

  row('scope', 'CONTRACT: the login before scopes', {
    token: user(60, { scope: '', acr: 'bronze' }),
    expect: refused(CHALLENGE),
  }),
  row('client', 'CONTRACT: the client before the login', {
    token: user(60, { acr: 'bronze', client_id: 'another' }),
    expect: { status: 403, reason: 'client_not_allowed' },
  }),
  row('audience', 'CONTRACT: the token before the login', {
    token: user(60, { acr: 'bronze', aud: 'elsewhere' }),
    expect: { status: 401, reason: 'audience_mismatch' },
  }),

  row('way', 'an old login, for which there is another way in', {
    route: 'login-ways',
    token: user(7200, { scope: 'deploy' }),
    expect: ALLOWED,
  }),
  row('way-none', 'a login too old for the one way and without the scope of the other', {
    route: 'login-ways',
    token: user(7200),
    expect: { status: 403, reason: 'scope_insufficient' },
  }),
  row('default', 'what defaults of the route and the way in require together', {
    route: 'login-ways',
    token: user(60, { client_id: 'robot', scope: '' }),
    expect: ALLOWED,
  }),

  row('bound', 'the challenge of a client with a proof', {
    token: { claims: { ...user(931).claims, ...BOUND } },
    proof: {},
    expect: refused(
      `DPoP ${METADATA}/login", scope="mcp:read", ${ERROR}, acr_values="silver gold", max_age="900", algs="ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512"`,
    ),
  }),
  row('bound-proof', 'CONTRACT: the proof before the login', {
    token: { claims: { ...user(931).claims, ...BOUND } },
    proof: { claims: { htm: 'GET' } },
    expect: { status: 401, reason: 'proof_invalid' },
  }),

  onTools('tool', 'a tool that needs no login in particular', 'status', { token: {}, expect: ALLOWED }),
  onTools('tool-pay', 'a tool that needs one', 'pay', { token: user(60, { scope: 'mcp:pay' }), expect: ALLOWED }),
  onTools('tool-pay-old', 'a tool that needs a more recent one', 'pay', {
    token: user(331, { scope: 'mcp:pay' }),
    twin: 'authentication-tool-pay',
    expect: refused(
      `Bearer ${METADATA}/login-tools", scope="mcp:pay", ${ERROR}, acr_values="gold", max_age="300"`,
      RPC_BODY,
    ),
  }),
  onTools('tool-default', 'a tool that only the default is for', 'other', {
    token: user(60, { acr: REMOVED }),
    expect: refused(`Bearer ${METADATA}/login-tools", ${ERROR}, acr_values="phr"`, RPC_BODY),
  }),

  row('observed', 'a route that only observes', {
    route: 'login-observed',
    token: {},
    expect: { status: 200, reason: 'authentication_insufficient', outcome: 'would_deny' },
  }),
  ...(['recent', 'old', 'unsaid'] as const).map((login) =>
    row(`opaque-${login}`, `RFC 9470 §6.2: introspection reports a login: ${login}`, {
      route: 'login-opaque',
      token: { text: `opaque-login-${login}` },
      expect: login === 'recent' ? ALLOWED : refused(),
    }),
  ),
]
