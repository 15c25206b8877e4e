import { alike, type Vector } from '../vector.ts'

const ORIGIN = 'https://inspector.example.com'
const ALLOWED = { status: 200, reason: 'token' } as const
const REFUSED = {
  status: 403,
  reason: 'origin_not_allowed',
  absent: ['Access-Control-Allow-Origin', 'WWW-Authenticate'],
  headers: { Vary: 'Origin' },
} as const
const EXPOSED = 'WWW-Authenticate, X-Forwardgate-Reason, Retry-After'
const asking = [
  ['Origin', ORIGIN],
  ['Access-Control-Request-Method', 'POST'],
] as const
const from = (id: string, values: readonly string[], expect: Vector['expect']): Vector => ({
  id: `origin-${id}`,
  spec: 'MCP streamable HTTP §Security; Fetch standard §3.2',
  title: id,
  route: 'browser',
  token: {},
  request: { headers: values.map((value) => ['Origin', value]) },
  ...(expect.status === 200 ? {} : { twin: 'origin-listed' }),
  expect,
})

/** The Origin field and CORS preflights. */
export const ORIGIN_PREFLIGHT: readonly Vector[] = [
  from('listed', [ORIGIN], ALLOWED),
  from('none', [], ALLOWED),
  from('other', ['https://evil.example'], REFUSED),
  from('twice', [ORIGIN, ORIGIN], REFUSED),
  from('null', ['null'], REFUSED),
  from('empty', [''], REFUSED),
  from('with a port', [`${ORIGIN}:443`], REFUSED),
  from('longer', [`${ORIGIN}.evil.example`], REFUSED),
  from('other scheme', ['http://inspector.example.com'], REFUSED),
  ...alike({ spec: 'CONTRACT', token: {}, expect: ALLOWED })({
    'origin-null-listed': {
      title: 'null where it is listed',
      route: 'sandboxed',
      request: { headers: [['Origin', 'null']] },
    },
    'origin-unchecked': {
      title: 'any origin where none are listed',
      route: 'kubernetes',
      request: { headers: [['Origin', 'https://evil.example']] },
    },
  }),
  ...alike({ request: { headers: [['Origin', ORIGIN]] } })({
    'origin-cors': {
      spec: 'Fetch standard §3.3',
      title: 'a browser may read the challenge',
      route: 'browser',
      expect: {
        status: 401,
        reason: 'credentials_missing',
        headers: { 'Access-Control-Allow-Origin': ORIGIN, 'Access-Control-Expose-Headers': EXPOSED, Vary: 'Origin' },
      },
    },
    'origin-no-cors': {
      spec: 'B13: nothing of the request is reflected',
      title: 'no CORS headers without a list',
      route: 'kubernetes',
      expect: { status: 401, reason: 'credentials_missing', absent: ['Access-Control-Allow-Origin', 'Vary'] },
    },
  }),
  {
    id: 'preflight-pass',
    spec: 'Fetch standard §4.8; bypass case 18',
    title: 'a true preflight where the backend answers them',
    route: 'preflight',
    request: { method: 'OPTIONS', headers: asking },
    expect: { status: 200, reason: 'preflight', headers: { 'X-Auth-Subject': '', Authorization: '' } },
  },
  ...alike({ route: 'preflight', twin: 'preflight-pass', expect: { status: 401, reason: 'credentials_missing' } })({
    'preflight-post': { spec: 'bypass case 18', title: 'another method', request: { method: 'POST', headers: asking } },
    'preflight-bare': { spec: 'bypass case 18', title: 'OPTIONS alone', request: { method: 'OPTIONS' } },
    'preflight-without-method': {
      spec: 'bypass case 18',
      title: 'no Access-Control-Request-Method',
      request: { method: 'OPTIONS', headers: asking.slice(0, 1) },
    },
    'preflight-two-methods': {
      spec: 'CONTRACT',
      title: 'two of them',
      request: { method: 'OPTIONS', headers: [...asking, asking[1]] },
    },
    'preflight-two-methods-joined': {
      spec: 'RFC 9110 §5.3: Envoy joins fields of one name',
      title: 'two of them, joined by the proxy',
      request: { method: 'OPTIONS', headers: [asking[0], ['Access-Control-Request-Method', 'POST,POST']] },
    },
    'preflight-without-origin': {
      spec: 'bypass case 18',
      title: 'no Origin',
      request: { method: 'OPTIONS', headers: asking.slice(1) },
    },
    'preflight-two-origins': {
      spec: 'CONTRACT: origins is checked first',
      title: 'two Origin fields',
      request: { method: 'OPTIONS', headers: [...asking, asking[0]] },
      expect: { status: 403, reason: 'origin_not_allowed' },
    },
    'preflight-other-origin': {
      spec: 'CONTRACT: origins is checked first',
      title: 'an origin that is not listed',
      request: { method: 'OPTIONS', headers: [['Origin', 'https://evil.example'], asking[1]] },
      expect: { status: 403, reason: 'origin_not_allowed' },
    },
    'preflight-with-credentials': {
      spec: 'CONTRACT: no Authorization',
      title: 'with credentials it is any request',
      request: { method: 'OPTIONS', headers: asking },
      credentials: 'Bearer x y',
      expect: { status: 401, reason: 'credentials_malformed' },
    },
    'preflight-override': {
      spec: 'CONTRACT: a method override where the method decides',
      title: 'a method override',
      request: { method: 'OPTIONS', headers: [...asking, ['X-HTTP-Method-Override', 'DELETE']] },
      expect: { status: 400, reason: 'forwarded_request_invalid' },
    },
    'preflight-websocket': {
      spec: 'RFC 6455 §4.1; some servers open a WebSocket whatever the method is',
      title: 'the opening handshake of a WebSocket',
      request: { method: 'OPTIONS', headers: [...asking, ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==']] },
    },
    'preflight-alias': {
      spec: 'CONTRACT: aliases before preflight',
      title: 'an alias of an identity header',
      request: { method: 'OPTIONS', headers: [...asking, ['X_Auth_Subject', 'admin']] },
      expect: { status: 403, reason: 'identity_header_alias' },
    },
  }),
  {
    id: 'preflight-deny',
    spec: 'CONTRACT',
    title: 'by default a preflight is any request',
    route: 'browser',
    request: { method: 'OPTIONS', headers: asking },
    expect: { status: 401, reason: 'credentials_missing' },
  },
]
