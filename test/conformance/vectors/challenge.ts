import { inSeconds, type TokenRecipe, type Vector } from '../vector.ts'

const spec = 'RFC 6750 §3; RFC 9728 §5.1; B1, B9, B10, B11, B12; the parsers of the SDKs'
const literal = (
  id: string,
  reason: Vector['expect']['reason'],
  status: number,
  value: string,
  more: Partial<Vector>,
): Vector => ({
  id: `challenge-${id}`,
  spec,
  title: reason,
  route: 'kubernetes',
  ...more,
  expect: { status, reason, headers: { 'WWW-Authenticate': value } },
})
const HEAD =
  'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp/kubernetes", scope="mcp:read"'
const bad = (
  reason: Vector['expect']['reason'],
  description: string,
  token: TokenRecipe,
  more: Partial<Vector> = {},
): Vector =>
  literal(reason, reason, 401, `${HEAD}, error="invalid_token", error_description="${description}"`, { token, ...more })
const missing = (id: string, route: string, value: string, request: Vector['request'] = {}): Vector =>
  literal(id, 'credentials_missing', 401, value, { route, request })

/** WWW-Authenticate, byte for byte. */
export const CHALLENGE: readonly Vector[] = [
  literal('credentials_missing', 'credentials_missing', 401, HEAD, {}),
  literal(
    'credentials_ambiguous',
    'credentials_ambiguous',
    400,
    `${HEAD}, error="invalid_request", error_description="The request contains more than one access token"`,
    { token: {}, request: { headers: [['Authorization', 'x']] } },
  ),
  literal(
    'scope_insufficient',
    'scope_insufficient',
    403,
    `${HEAD}, error="insufficient_scope", error_description="The access token lacks a required scope"`,
    { token: { claims: { scope: '' } } },
  ),
  bad(
    'credentials_malformed',
    'The Authorization header must be Bearer followed by one token',
    {},
    { credentials: 'Bearer' },
  ),
  bad('token_malformed', 'The access token is malformed', { mutation: 'two segments' }),
  bad('token_too_large', 'The access token is too large', { mutation: 'longer than any token' }),
  bad('token_opaque', 'The access token is not a signed JWT that this resource can read', { text: 'opaque' }),
  bad('token_type_not_allowed', 'This type of token is not accepted here', { header: { typ: 'dpop+jwt' } }),
  bad('algorithm_not_allowed', 'The signature algorithm of the access token is not allowed', {
    header: { alg: 'HS256' },
  }),
  bad('issuer_untrusted', 'The issuer of the access token is not trusted here', { issuer: 'twin' }),
  bad('key_unknown', 'The issuer does not publish the key that signed the access token', {
    header: { kid: 'x' },
  }),
  bad('signature_invalid', 'The signature of the access token is invalid', { mutation: 'payload raised to admin' }),
  bad('token_expired', 'The access token expired', { claims: { exp: inSeconds(-60) } }),
  bad('token_not_yet_valid', 'The access token is not valid yet', { claims: { nbf: inSeconds(60) } }),
  bad('claim_invalid', 'The access token has a missing or malformed claim', { claims: { exp: '1' } }),
  bad('audience_mismatch', 'The access token was issued for another audience', { claims: { aud: 'x' } }),
  bad('token_revoked', 'The access token was revoked', { claims: { sub: 'mallory' } }),
  missing(
    'no-scope',
    'both',
    'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/both"',
  ),
  missing('root', 'root', 'Bearer resource_metadata="https://root.example.com/.well-known/oauth-protected-resource"'),
  missing(
    'port',
    'port',
    'Bearer resource_metadata="https://api.example.com:8443/.well-known/oauth-protected-resource/port"',
    { host: 'port.example.com' },
  ),
  missing(
    'first-host',
    'hosts',
    'Bearer resource_metadata="https://in.example.com/.well-known/oauth-protected-resource/hosts", scope="mcp:read"',
    { host: 'evil.example.com' },
  ),
  missing(
    'second-host',
    'hosts',
    'Bearer resource_metadata="https://out.example.com/.well-known/oauth-protected-resource/hosts", scope="mcp:read"',
    { host: 'OUT.example.com:443' },
  ),
  ...['', '/'].map((slash) =>
    missing(
      `slash-${slash}`,
      'slashes',
      `Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/slashes${slash}"`,
      { uri: `/slashes${slash}` },
    ),
  ),
  ...[
    ['ports.example.com', ''],
    ['ports.example.com:443', ''],
    ['ports.example.com:8443', ':8443'],
    ['ports.example.com:9443', ''],
  ].map(([host = '', port = '']) =>
    missing(
      `host-and-port-${host}`,
      'ports',
      `Bearer resource_metadata="https://ports.example.com${port}/.well-known/oauth-protected-resource/ports"`,
      { host },
    ),
  ),
  missing(
    'prefix',
    'entra',
    'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/entra", scope="api://forwardgate/mcp:read openid offline_access"',
  ),
  missing(
    'prefix-rule',
    'entra',
    'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/entra", scope="api://forwardgate/mcp:read openid offline_access api://forwardgate/mcp:write"',
    { method: 'DELETE' },
  ),
  missing(
    'rules',
    'ruled',
    'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/ruled", scope="mcp:read mcp:write mcp:admin"',
    { method: 'DELETE', uri: '/ruled/admin' },
  ),
  missing(
    'accept',
    'accept',
    'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/accept", scope="deploy"',
  ),
  ...['a", scope="evil', 'a\\', 'a, error="x"', '😀'].map((sub) =>
    literal(
      `reflects-nothing-${sub}`,
      'scope_insufficient',
      403,
      `${HEAD}, error="insufficient_scope", error_description="The access token lacks a required scope"`,
      {
        spec: 'B13; bypass case 60',
        token: { claims: { sub, aud: ['https://api.example.com/mcp/kubernetes', sub], scope: sub, jti: sub } },
      },
    ),
  ),
]
